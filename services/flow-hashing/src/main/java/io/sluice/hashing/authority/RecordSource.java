// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where the records of a partition are found that this node begins to own. */
@FunctionalInterface
public interface RecordSource {

    /**
     * Fetches the records of a partition; never blocks.
     *
     * @return completes on any thread; exceptionally where they cannot be had now, so that it is worth while to try again
     */
    CompletionStage<List<FlowRecord>> load(int partition);
}
