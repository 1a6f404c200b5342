// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.util.concurrent.Executor;

/**
 * Keeps a flood of datagrams from keeping everything else from an event loop.
 *
 * <p>Netty's io_uring handler goes on while there are completions, up to 128 times around, and only then lets the loop do
 * its tasks: replies from the bus, timers. A multishot receive has completions for as long as somebody sends faster than
 * this loop receives. So after {@value #DATAGRAMS_MAX} datagrams no more buffers are lent and nothing is armed, which ends
 * the turn; the task that waits behind it goes on receiving.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Limits</b>: what is already lent may still arrive in the turn.
 */
final class LoopTurn implements Runnable {

    private static final int DATAGRAMS_MAX = 512;

    private final Executor loop;
    private final Runnable goOn;
    private int datagrams;
    private boolean waiting;

    /**
     * @param loop the event loop
     * @param goOn what to do in the turn after one that was over
     */
    LoopTurn(Executor loop, Runnable goOn) {
        this.loop = loop;
        this.goOn = goOn;
    }

    /** A datagram was received. */
    void received() {
        datagrams++;
        if (!waiting) {
            waiting = true;
            loop.execute(this);
        }
    }

    /** Whether this turn has had its share. */
    boolean over() {
        return datagrams >= DATAGRAMS_MAX;
    }

    /** The loop does its tasks: a new turn. */
    @Override
    public void run() {
        boolean wasOver = over();
        waiting = false;
        datagrams = 0;
        if (wasOver) {
            goOn.run();
        }
    }
}
