// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.map.EntryProcessor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Erases the entry it is run on, at its owner and at its backup. */
final class Erase implements EntryProcessor<byte[], byte[], Void> {

    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("NullAway") // null is how an entry processor erases
    public @Nullable Void process(Map.Entry<byte[], byte[]> entry) {
        entry.setValue(null);
        return null;
    }
}
