// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/** The queue of an event loop on which one task waits at most. */
final class WaitingTask implements Executor {

    private static final Runnable TWO_AT_ONCE = () -> {
        throw new IllegalStateException("two tasks wait");
    };

    private final AtomicReference<Runnable> waiting = new AtomicReference<>();

    @Override
    public void execute(Runnable task) {
        if (!waiting.compareAndSet(null, task)) {
            waiting.set(TWO_AT_ONCE);
        }
    }

    /** By the loop: runs what waits, if anything does. */
    void run() {
        if (waiting.getPlain() != null) {
            waiting.getAndSet(null).run();
        }
    }
}
