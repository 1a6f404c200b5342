// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.StableHash;
import io.sluice.model.message.LinkHello;

/**
 * One start of a process that this one is linked to: where it is, the keys of both directions, and its clock.
 *
 * <p><b>Threading</b>: written by the loop that hears hellos, read by the shards' loops.
 */
final class LinkPeer {

    /** Hellos whose delays are compared: the fastest of them tells the clock best. */
    private static final int HELLOS_COMPARED = 8;

    /** Hellos that come closer together were held up on their way: they are said in turns longer than that. */
    private static final long APART_MS = 200;

    final NodeId node;
    final long bootId;
    final LinkHello.Side side;
    final int address;
    final int port;

    /** By which the same node is chosen everywhere, whatever secrets are being changed. */
    final long rank;

    final long sendKey0;
    final long sendKey1;
    final long receiveKey0;
    final long receiveKey1;

    private final long[] offsets = new long[HELLOS_COMPARED];
    private int heard;
    private long lastClockMs;
    private long heardAtMs;
    private boolean behind;
    private boolean leaving;
    private volatile long offsetMs;
    private volatile boolean linked = true;

    LinkPeer(LinkHello hello, LinkKeys.Pair send, LinkKeys.Pair receive, long nowMs) {
        this.node = hello.node();
        this.bootId = hello.bootId();
        this.side = hello.side();
        this.address = hello.address().address().bits();
        this.port = hello.address().port();
        this.rank = rank(hello.node());
        this.sendKey0 = send.first();
        this.sendKey1 = send.second();
        this.receiveKey0 = receive.first();
        this.receiveKey1 = receive.second();
        hear(hello.clockMs(), nowMs);
    }

    /** The rank of a node. */
    static long rank(NodeId node) {
        return StableHash.mix(StableHash.fnv1a(StableHash.START, node.value()));
    }

    /** Whether a hello is of this very start of the process, from the same place. */
    boolean isOf(LinkHello hello) {
        return node.equals(hello.node())
                && bootId == hello.bootId()
                && side == hello.side()
                && address == hello.address().address().bits()
                && port == hello.address().port();
    }

    /**
     * It said what its clock is; false where it had said something later before: a hello that is repeated.
     *
     * <p>A hello can be late and never early, so of the last ones the greatest difference of the clocks is the nearest. But a
     * clock may stand still, as that of a process whose machine was suspended: two hellos in turn, and not in one heap, that
     * are later than any is borne say so, and what was heard before counts no more.
     */
    boolean hear(long clockMs, long nowMs) {
        if (heard > 0 && clockMs <= lastClockMs) {
            return false;
        }
        long offset = clockMs - nowMs;
        boolean tooLate = heard > 0 && offset <= offsetMs - LinkEpoch.MS;
        boolean stoodStill = tooLate && behind && nowMs - heardAtMs >= APART_MS;
        behind = tooLate;
        lastClockMs = clockMs;
        heardAtMs = nowMs;
        if (stoodStill) {
            heard = 0;
        } else if (tooLate) {
            return true; // as long as it may be one of a heap, it says nothing of the clock
        }
        offsets[heard++ % HELLOS_COMPARED] = offset;
        long greatest = Long.MIN_VALUE;
        for (int i = 0; i < Math.min(heard, HELLOS_COMPARED); i++) {
            greatest = Math.max(greatest, offsets[i]);
        }
        offsetMs = greatest;
        return true;
    }

    /** When it was heard last, by this process's clock; by the loop that hears hellos. */
    long heardAtMs() {
        return heardAtMs;
    }

    /** It has said its last word. */
    void leave() {
        leaving = true;
    }

    /** Whether it has said its last word; by the loop that hears hellos. */
    boolean isLeaving() {
        return leaving;
    }

    /** Its epoch now, as far as is known here. */
    long epoch(long nowMs) {
        return LinkEpoch.of(nowMs + offsetMs);
    }

    /** It has ended, or is forgotten. */
    void unlink() {
        linked = false;
    }

    /** Whether it is still linked to. */
    boolean linked() {
        return linked;
    }
}
