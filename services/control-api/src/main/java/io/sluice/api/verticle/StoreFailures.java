// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.agree.Contended;
import io.sluice.api.agree.NoMajority;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the store or the cluster does not take a change where nobody waits for an answer: at most once in {@value #EVERY_S} s, with how often. */
final class StoreFailures {

    private static final Logger LOG = LoggerFactory.getLogger(StoreFailures.class);
    private static final long EVERY_S = 60;

    private final AtomicLong count = new AtomicLong();
    private final AtomicLong nextNs = new AtomicLong(System.nanoTime());

    private static String event(Throwable failure) {
        return switch (failure) {
            case NoMajority none -> "no_majority";
            case Contended contended -> "contended";
            default -> "store_unavailable";
        };
    }

    void say(Throwable failure) {
        count.incrementAndGet();
        long nowNs = System.nanoTime();
        long dueNs = nextNs.get();
        if (nowNs - dueNs >= 0 && nextNs.compareAndSet(dueNs, nowNs + TimeUnit.SECONDS.toNanos(EVERY_S))) {
            LOG.atError()
                    .addKeyValue("event", event(failure))
                    .addKeyValue("times", count.getAndSet(0))
                    .log("{}", failure.getMessage());
        }
    }
}
