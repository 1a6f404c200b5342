// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the event loop that empties rings: one task, made once, of which one at most waits in the loop's queue.
 *
 * <p>No wake-up is lost. Who rings has filled a ring before it looks at the flag; who answers clears the flag before it
 * looks at the rings. A fence between the two steps, on both sides, makes one of them see the other's.
 *
 * <p><b>Threading</b>: {@link #ring} from any thread; the work runs on the loop. <b>Allocation</b>: none for a ring.
 */
final class Doorbell {

    private final Runnable answer;
    private final AtomicBoolean rung = new AtomicBoolean();
    private volatile @Nullable Executor loop;

    /**
     * @param work empties the rings
     */
    Doorbell(Runnable work) {
        this.answer = () -> {
            rung.set(false);
            VarHandle.fullFence();
            work.run();
        };
    }

    /** Rings are answered on this loop from now on; what was rung for before is looked at once. */
    void answerOn(Executor executor) {
        loop = executor;
        VarHandle.fullFence();
        ring();
    }

    /** Nobody answers any more. */
    void silence() {
        loop = null;
    }

    /** Sees to it that the work runs after this call began. */
    void ring() {
        VarHandle.fullFence();
        Executor executor = loop;
        if (executor != null && !rung.get() && rung.compareAndSet(false, true)) {
            try {
                executor.execute(answer);
            } catch (RejectedExecutionException loopEnded) {
                loop = null;
            }
        }
    }
}
