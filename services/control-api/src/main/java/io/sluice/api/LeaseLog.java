// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.Leases;
import java.io.IOException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What there is to say of leases: noted under the desk's lock, said without it, as whoever writes the log may wait for a disk
 * while others want to renew. What each renewal would say is said at most once in {@value #EVERY_MS} ms, with how often.
 *
 * <p><b>Threading</b>: notes under the desk's lock; {@link #say} by any thread that has no lock.
 */
final class LeaseLog {

    /** Between two lines about leases that cannot be written. */
    static final long EVERY_MS = 60_000;

    /** Targets that one line of the log names. */
    private static final int NAMED_MAX = 5;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseDesk.class);

    private final Queue<Runnable> lines = new ConcurrentLinkedQueue<>();
    private long unwritable;
    private boolean saidUnwritable;
    private long saidUnwritableMs;

    /** The node stood still for so long. */
    void prolonged(long byMs) {
        lines.add(() -> LOG.atWarn()
                .addKeyValue("event", "leases_prolonged")
                .addKeyValue("by_ms", byMs)
                .log("the node stood still: leases last so much longer"));
    }

    /** What was asked of others may have been missed. */
    void filled(int count, String why) {
        if (count > 0) {
            lines.add(() -> LOG.atInfo()
                    .addKeyValue("event", "leases_filled")
                    .addKeyValue("count", count)
                    .log(why + ": leases may have been renewed unheard, and last their whole time from now on"));
        }
    }

    /** A thousand may end at once; who they all were says the audit. */
    void ended(Set<Leases.Holder> ended) {
        lines.add(() -> LOG.atInfo()
                .addKeyValue("event", "leases_ended")
                .addKeyValue("count", ended.size())
                .addKeyValue(
                        "first",
                        ended.stream()
                                .limit(NAMED_MAX)
                                .map(holder -> holder.group().name() + "/"
                                        + holder.target().value())
                                .collect(Collectors.joining(" ")))
                .log("targets that were not renewed are deregistered"));
    }

    /** The store did not take them. */
    void unwritable(IOException cause, long nowMs) {
        unwritable++;
        if (saidUnwritable && nowMs - saidUnwritableMs < EVERY_MS) {
            return;
        }
        saidUnwritable = true;
        saidUnwritableMs = nowMs;
        long times = unwritable;
        unwritable = 0;
        lines.add(() -> LOG.atWarn()
                .addKeyValue("event", "leases_unwritable")
                .addKeyValue("times", times)
                .setCause(cause)
                .log("leases hold, but a restart will not know of the last ones"));
    }

    /** Says what was noted. */
    void say() {
        for (Runnable line = lines.poll(); line != null; line = lines.poll()) {
            line.run();
        }
    }
}
