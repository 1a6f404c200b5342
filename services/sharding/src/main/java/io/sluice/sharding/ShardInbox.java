// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one shard gets from the others: copies it from the rings into slots of its own and feeds its own receivers, as if it
 * had come to the shard's own socket of the same address and port. So replies leave from that address and port.
 *
 * <p>A turn takes at most {@value #PACKETS_PER_TURN} packets from each ring, then the loop serves its sockets; what is left
 * is taken in the next turn. Without a free slot a datagram is dropped as at a socket.
 *
 * <p>Before {@link #open} and after {@link #close} nothing is taken. What lies in the rings then was never counted as in, so
 * packets still balance.
 *
 * <p><b>Threading</b>: confined to the shard's event loop; {@link #takenStrays} from any thread.
 */
final class ShardInbox {

    private static final Logger LOG = LoggerFactory.getLogger(ShardInbox.class);

    private static final int PACKETS_PER_TURN = 256;
    private static final DropReason[] REASONS = DropReason.values();
    private static final VarHandle TAKEN_STRAYS;

    static {
        try {
            TAKEN_STRAYS = MethodHandles.lookup().findVarHandle(ShardInbox.class, "takenStrays", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** A shared address: what came to it goes there. */
    private record Group(DatagramPort port, DatagramReceiver receiver, PacketPlace place) {}

    private final List<PacketRing> rings;
    private final Doorbell doorbell = new Doorbell(this::drain);
    private final @Nullable Group[] groups;
    private final List<DatagramReceiver> receivers = new ArrayList<>();
    private @Nullable DatagramPath path;
    private @Nullable StrayReceiver strays;
    private @Nullable PathCounters counters;
    private @Nullable ShardOutbox outbox;
    private long takenStrays;
    private long failures;

    /**
     * @param rings the rings of the others towards this shard
     * @param groupCount shared addresses there are
     */
    ShardInbox(List<PacketRing> rings, int groupCount) {
        this.rings = List.copyOf(rings);
        this.groups = new @Nullable Group[groupCount];
    }

    Doorbell doorbell() {
        return doorbell;
    }

    /** Lets the kernel steer at every shared address; whether it does everywhere. */
    boolean steer(long[] program) {
        boolean all = true;
        for (Group group : groups) {
            all &= group != null && group.port.steer(program);
        }
        return all;
    }

    /** What comes to a shared address goes to this socket's receiver. */
    void bound(int group, DatagramPort port, DatagramReceiver receiver, PacketPlace place) {
        groups[group] = new Group(port, receiver, place);
        receivers.add(receiver);
    }

    /**
     * Takes packets from now on; every shared address is bound.
     *
     * @param loop the shard's event loop
     * @param path its sockets and slots
     * @param strays gets stray returns
     * @param counters counts what finds no slot
     * @param outbox whose batches end with this one's
     */
    void open(Executor loop, DatagramPath path, StrayReceiver strays, PathCounters counters, ShardOutbox outbox) {
        this.path = path;
        this.strays = strays;
        this.counters = counters;
        this.outbox = outbox;
        doorbell.answerOn(loop);
    }

    /** Takes nothing any more. */
    void close() {
        doorbell.silence();
        path = null;
    }

    private void drain() {
        DatagramPath to = path;
        StrayReceiver strayReceiver = strays;
        PathCounters counts = counters;
        ShardOutbox out = outbox;
        if (to == null || strayReceiver == null || counts == null || out == null) {
            return;
        }
        boolean more = false;
        for (int i = 0; i < rings.size(); i++) {
            more |= drain(rings.get(i), to.slab(), strayReceiver, counts);
        }
        for (int i = 0; i < receivers.size(); i++) {
            endBatch(receivers.get(i));
        }
        out.endBatch();
        to.flush();
        if (more) {
            doorbell.ring();
        }
    }

    /** Takes a turn's packets from one ring; whether there are more. */
    private boolean drain(PacketRing ring, PacketSlab slab, StrayReceiver strayReceiver, PathCounters counts) {
        for (int taken = 0; ring.hasPacket(); taken++) {
            if (taken == PACKETS_PER_TURN) {
                return true;
            }
            take(ring, slab, strayReceiver, counts);
        }
        return false;
    }

    private void take(PacketRing ring, PacketSlab slab, StrayReceiver strayReceiver, PathCounters counts) {
        int kind = ring.kind();
        int lengthBytes = ring.lengthBytes();
        long first = ring.first();
        long second = ring.second();
        long third = ring.third();
        long fourth = ring.fourth();
        int slot = slab.acquire();
        int offset = slot == PacketSlab.NONE ? 0 : slab.dataStart(slot);
        if (slot != PacketSlab.NONE) {
            ring.copyTo(slab.memory(), offset);
        }
        ring.advance();
        if (kind == ShardOutbox.STRAY) {
            stray(strayReceiver, counts, slot, offset, lengthBytes, first, second, third, fourth);
        } else {
            datagram(kind, counts, slot, offset, lengthBytes, (int) first, (int) second);
        }
    }

    private void datagram(
            int kind, PathCounters counts, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        Group group = groups[kind];
        if (group == null) {
            throw new IllegalStateException("shared address " + kind + " is not bound: packets are taken too early");
        }
        if (slot == PacketSlab.NONE) {
            counts.packet(group.place, lengthBytes);
            counts.drop(DropReason.RECEIVE_NO_BUFFER);
            return;
        }
        try {
            group.receiver.onDatagram(group.port, slot, offset, lengthBytes, sourceAddress, sourcePort);
        } catch (RuntimeException | AssertionError bug) {
            receiverFailed(bug);
        }
    }

    private void stray(
            StrayReceiver strayReceiver,
            PathCounters counts,
            int slot,
            int offset,
            int lengthBytes,
            long first,
            long second,
            long third,
            long fourth) {
        TAKEN_STRAYS.setRelease(this, takenStrays + 1);
        if (slot == PacketSlab.NONE) {
            counts.drop(DropReason.RECEIVE_NO_BUFFER);
            return;
        }
        try {
            strayReceiver.onStray(
                    slot,
                    offset,
                    lengthBytes,
                    (int) (third >>> 32),
                    first,
                    (int) (second >>> 32),
                    (int) second,
                    REASONS[(int) (third >>> 8 & 0xFF)],
                    (int) (third & 0xFF),
                    fourth);
        } catch (RuntimeException | AssertionError bug) {
            receiverFailed(bug);
        }
    }

    private void endBatch(DatagramReceiver receiver) {
        try {
            receiver.onBatchEnd();
        } catch (RuntimeException | AssertionError bug) {
            receiverFailed(bug);
        }
    }

    /** As at a socket: a bug of the receiver's costs the call it was in. */
    private void receiverFailed(Throwable bug) {
        failures++;
        if (Long.bitCount(failures) == 1) {
            LOG.atError()
                    .setCause(bug)
                    .addKeyValue("event", "datagram_receiver_failed")
                    .addKeyValue("count", failures)
                    .log("the shard goes on");
        }
    }

    /** Stray returns taken since the start; who has read it finds each of them among those passed on. */
    long takenStrays() {
        return (long) TAKEN_STRAYS.getAcquire(this);
    }
}
