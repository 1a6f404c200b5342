// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Time that passes only where every thread waits for it. Of the threads one runs at a time, the one that waits for the least: the
 * same seed gives the same history.
 *
 * <p><b>Threading</b>: all that is called, is called by a thread that was begun here, or before {@link #run}.
 */
final class VirtualTime implements Rivalry.Time {

    private static final long LIMIT_S = 60;

    private record Sleeper(long atNs, long order, Semaphore turn) implements Comparable<Sleeper> {
        @Override
        public int compareTo(Sleeper other) {
            return atNs == other.atNs ? Long.compare(order, other.order) : Long.compare(atNs, other.atNs);
        }
    }

    private final PriorityQueue<Sleeper> sleepers = new PriorityQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Random random;
    private long nowNs;
    private long order;

    VirtualTime(long seed) {
        random = new Random(seed);
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long draw(long boundNs) {
        return random.nextLong(boundNs);
    }

    @Override
    public void pause(long ns) {
        Semaphore turn = sleeper(ns);
        next();
        turn.acquireUninterruptibly();
    }

    /** Does something later, on a thread of its own. */
    void in(long ns, Runnable task) {
        Semaphore turn = sleeper(ns);
        Thread.ofVirtual().start(() -> {
            turn.acquireUninterruptibly();
            try {
                task.run();
            } catch (Throwable failed) { // also what an assertion says: nobody waits for this thread
                failure.compareAndSet(null, failed);
            } finally {
                next();
            }
        });
    }

    /** Lets time pass until nobody waits for it any more; fails with what failed first. */
    void run() throws InterruptedException {
        next();
        if (!over.await(LIMIT_S, TimeUnit.SECONDS)) {
            throw new AssertionError("somebody waits for something else than time", failure.get());
        }
        if (failure.get() != null) {
            throw new AssertionError("something that time was for has failed", failure.get());
        }
    }

    private Semaphore sleeper(long ns) {
        Semaphore turn = new Semaphore(0);
        sleepers.add(new Sleeper(nowNs + ns, order++, turn));
        return turn;
    }

    private void next() {
        Sleeper first = sleepers.poll();
        if (first == null) {
            over.countDown();
        } else {
            nowNs = first.atNs();
            first.turn().release();
        }
    }
}
