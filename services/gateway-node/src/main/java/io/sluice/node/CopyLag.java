// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.hashing.authority.CopyWatch;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how far copies of flow records are behind, and says when they begin to fail and when they no longer do.
 *
 * <p><b>Threading</b>: written on the authority's event loop, read from any thread.
 */
final class CopyLag implements CopyWatch {

    /** The classes, as metrics name them. */
    static final List<String> WITHIN = List.of("5", "10", "20", "50", "100", "200", "1000", "more");

    private static final Logger LOG = LoggerFactory.getLogger(CopyLag.class);
    private static final long[] WITHIN_MS = {5, 10, 20, 50, 100, 200, 1_000, Long.MAX_VALUE};

    private final AtomicLongArray counts = new AtomicLongArray(WITHIN_MS.length + 1);
    private boolean failing;

    @Override
    public void copied(int records, long lagMs) {
        int within = 0;
        while (lagMs > WITHIN_MS[within]) {
            within++;
        }
        counts.addAndGet(within, records);
        if (failing) {
            failing = false;
            LOG.atInfo().addKeyValue("event", "records_copied_again").log("flow records are copied again");
        }
    }

    @Override
    public void failed(int records, Throwable cause) {
        counts.addAndGet(WITHIN_MS.length, records);
        if (!failing) {
            failing = true;
            LOG.atWarn()
                    .addKeyValue("event", "records_not_copied")
                    .addKeyValue("reason", cause)
                    .log("flow records are not copied; they are tried again until they are");
        }
    }

    /** Records of a class. */
    long copied(String within) {
        return counts.get(WITHIN.indexOf(within));
    }

    /** Records whose copy failed. */
    long failed() {
        return counts.get(WITHIN_MS.length);
    }
}
