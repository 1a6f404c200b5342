// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * How long one change that another node outvoted waits before it is tried again: at random, so that they do not meet again and
 * again, and up to twice as long each time, so that among many that write there is time for each. The bound is never shorter than
 * the attempt took: where disks or ways are slow, who comes again sooner would only outvote who is at it. It ends before the
 * client would wait no longer. A change that has waited for others of its own node has some time of its own all the same.
 *
 * <p><b>Threading</b>: confined to who makes the change. <b>Units</b>: nanoseconds.
 */
final class Rivalry {

    private static final long FIRST_PAUSE_MAX_NS = 50_000_000;

    /** Of three nodes that write all the time none is refused, and none waits 5 s; with 1.6 s who has lost often loses for longer. */
    private static final long PAUSE_MAX_NS = 400_000_000;

    /** Less than the command line waits for an answer. */
    static final long PATIENCE_NS = 8_000_000_000L;

    /** After as long a wait for its turn as may be: some attempts, where each takes 100 ms. */
    static final long OWN_NS = 1_500_000_000L;

    /** An attempt that begins just before may end after the command line waits; where disks are well it does not. */
    private static final long LATEST_NS = 9_000_000_000L;

    /** Time and chance. */
    interface Time {

        /** Those of the process. */
        Time REAL = new Time() {
            @Override
            public long nowNs() {
                return System.nanoTime();
            }

            @Override
            public void pause(long ns) {
                LockSupport.parkNanos(ns);
            }

            @Override
            public long draw(long boundNs) {
                return ThreadLocalRandom.current().nextLong(boundNs);
            }
        };

        /** Of a clock that never goes back. */
        long nowNs();

        /** Waits. */
        void pause(long ns);

        /** Any number from 0 to a bound, without it. */
        long draw(long boundNs);
    }

    private final Time time;
    private final long startNs;
    private long endNs;
    private long beganNs;
    private long pauseMaxNs = FIRST_PAUSE_MAX_NS;

    /** Begins with the change. */
    Rivalry(Time time) {
        this.time = time;
        this.startNs = time.nowNs();
        this.beganNs = startNs;
        this.endNs = startNs + PATIENCE_NS;
    }

    /** It is this change's turn. */
    void turnHasCome() {
        long ownEndNs = Math.min(time.nowNs() - startNs + OWN_NS, LATEST_NS);
        endNs = startNs + Math.max(PATIENCE_NS, ownEndNs);
    }

    /** An attempt begins. */
    void begins() {
        beganNs = time.nowNs();
    }

    /** Another node was faster: waits; whether there is time for another attempt after that. */
    boolean waited() {
        long nowNs = time.nowNs();
        long pauseNs = time.draw(Math.max(pauseMaxNs, nowNs - beganNs));
        pauseMaxNs = Math.min(2 * pauseMaxNs, PAUSE_MAX_NS);
        if (nowNs + pauseNs - endNs >= 0) {
            return false;
        }
        time.pause(pauseNs);
        return true;
    }

    /** Nobody was faster: whether there is time for another attempt. */
    boolean hasTime() {
        return time.nowNs() - endNs < 0;
    }
}
