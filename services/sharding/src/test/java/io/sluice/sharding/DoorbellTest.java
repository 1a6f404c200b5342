// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DoorbellTest {

    private final Deque<Runnable> queue = new ArrayDeque<>();
    private int answers;
    private final Doorbell bell = new Doorbell(() -> answers++);

    @Test
    void waitsInTheLoopsQueueOnceHoweverOftenItIsRung() {
        bell.answerOn(queue::add);
        bell.ring();
        bell.ring();
        assertThat(queue).hasSize(1);
        queue.remove().run();
        assertThat(answers).isEqualTo(1);
        bell.ring();
        bell.ring();
        assertThat(queue).hasSize(1);
        queue.remove().run();
        assertThat(answers).isEqualTo(2);
    }

    @Test
    void answersForWhatWasRungBeforeAnybodyListened() {
        bell.ring();
        assertThat(queue).isEmpty();
        bell.answerOn(queue::add);
        queue.remove().run();
        assertThat(answers).isEqualTo(1);
    }

    @Test
    void isSilentAfterTheEnd() {
        bell.answerOn(queue::add);
        queue.clear();
        bell.silence();
        bell.ring();
        assertThat(queue).isEmpty();
    }

    @Test
    void aLoopThatHasEndedIsNoFailure() {
        bell.answerOn(task -> {
            throw new RejectedExecutionException("shut down");
        });
        bell.ring();
        assertThat(answers).isZero();
    }

    /** Work and bell from one thread, answers on another: at rest all work is done, though no timer looks after it. */
    @Test
    void losesNoWakeUp() throws InterruptedException {
        AtomicLong made = new AtomicLong();
        AtomicLong done = new AtomicLong();
        Doorbell loud = new Doorbell(() -> done.set(made.getAcquire()));
        try (ExecutorService loop = Executors.newSingleThreadExecutor()) {
            loud.answerOn(loop);
            for (int round = 0; round < 20_000; round++) {
                for (int i = 0; i <= round % 7; i++) {
                    made.setRelease(made.getPlain() + 1);
                    loud.ring();
                }
                if (round % 100 == 0) {
                    long expected = made.getPlain();
                    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                    while (done.get() != expected && System.nanoTime() < deadline) {
                        Thread.onSpinWait();
                    }
                    assertThat(done.get()).as("round %d", round).isEqualTo(expected);
                }
            }
        }
    }
}
