// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.model.metric.DropReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * What one shard hands over to the others.
 *
 * <p><b>Words</b> of a ring's cell:
 *
 * <pre>
 *                     kind                first               second                  third                               fourth
 *   datagram          group, from 0       source address      source port             0                                   0
 *   stray return      -1                  endpoint id         cookie, outer source    protocol type, reason, shards left  trail
 * </pre>
 *
 * <p>A stray return is one that was counted as in and whose flow is not where it should be; it is passed on to be looked
 * for at the next shard, its drop reason so far with it. Strays leave half of a ring free: whoever floods a node with
 * returns of no flow takes nothing from what is handed over to its owner.
 *
 * <p><b>Threading</b>: confined to its shard's event loop; its counts from any thread. <b>Errors</b>: none; a full ring
 * says no, and the packet stays the caller's.
 */
public final class ShardOutbox {

    static final int STRAY = -1;

    private static final VarHandle STRAYS;
    private static final VarHandle HANDED_OVER;

    static {
        try {
            STRAYS = MethodHandles.lookup().findVarHandle(ShardOutbox.class, "strays", long.class);
            HANDED_OVER = MethodHandles.lookup().findVarHandle(ShardOutbox.class, "handedOver", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final int self;
    private final PacketRing[] rings;
    private final Doorbell[] doorbells;
    private final boolean[] filled;
    private boolean anyFilled;
    private long strays;
    private long handedOver;

    /**
     * @param self the shard
     * @param rings for each shard the ring towards it; the own one is not used
     * @param doorbells for each shard what wakes it
     */
    ShardOutbox(int self, PacketRing[] rings, Doorbell[] doorbells) {
        this.self = self;
        this.rings = rings.clone();
        this.doorbells = doorbells.clone();
        this.filled = new boolean[rings.length];
    }

    /** The shard. */
    public int self() {
        return self;
    }

    /** How many other shards there are. */
    public int otherShards() {
        return rings.length - 1;
    }

    /**
     * Hands a datagram over to its owner.
     *
     * <p><b>Ownership</b>: copies the bytes.
     *
     * @param owner another shard
     * @param group which of the shared addresses it came to
     * @return whether there was room
     */
    boolean handOver(
            int owner, int group, ByteBuffer from, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        boolean taken = rings[owner].offer(group, sourceAddress, sourcePort, 0, 0, from, offset, lengthBytes, 0);
        if (taken) {
            HANDED_OVER.setOpaque(this, handedOver + 1);
        }
        return note(owner, taken);
    }

    /**
     * Passes a return on to the next shard.
     *
     * <p><b>Ownership</b>: copies the bytes.
     *
     * @param offset absolute index of the inner IP header
     * @param lengthBytes bytes from there on
     * @param protocolType of the inner packet
     * @param verdict what it is dropped for unless it is found
     * @param shardsLeft shards that have not been asked once this one has
     * @param trail what else its receiver is to be given; of no meaning here
     * @return whether there was room
     */
    @SuppressWarnings("EnumOrdinal") // within this process only
    public boolean pass(
            ByteBuffer from,
            int offset,
            int lengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            DropReason verdict,
            int shardsLeft,
            long trail) {
        int next = self + 1 == rings.length ? 0 : self + 1;
        PacketRing ring = rings[next];
        // before it can be taken: a reader finds it between the two rather than taken and never passed on
        STRAYS.setOpaque(this, strays + 1);
        boolean passed = ring.offer(
                STRAY,
                endpointId,
                (long) flowCookie << 32 | (outerSourceAddress & 0xFFFF_FFFFL),
                (long) protocolType << 32 | verdict.ordinal() << 8 | shardsLeft,
                trail,
                from,
                offset,
                lengthBytes,
                ring.cells() / 2);
        if (!passed) {
            STRAYS.setOpaque(this, strays - 1);
        }
        return note(next, passed);
    }

    private boolean note(int to, boolean offered) {
        if (offered) {
            filled[to] = true;
            anyFilled = true;
        }
        return offered;
    }

    /** The batch is over: wakes those who were handed something. */
    void endBatch() {
        if (!anyFilled) {
            return;
        }
        anyFilled = false;
        for (int to = 0; to < filled.length; to++) {
            if (filled[to]) {
                filled[to] = false;
                doorbells[to].ring();
            }
        }
    }

    /** Datagrams handed over since the start. */
    long handedOver() {
        return (long) HANDED_OVER.getOpaque(this);
    }

    /** Stray returns passed on since the start; one that the ring has no room for is among them for a moment. */
    long strays() {
        return (long) STRAYS.getOpaque(this);
    }
}
