// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.count;

import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Packets and bytes by place, and dropped packets by reason, of one event loop.
 *
 * <p><b>Threading</b>: one writer, the loop; any thread may read. A count is a plain read, an add and an opaque write,
 * so a reader sees each value whole and rising, though not all of them at one instant. <b>Units</b>: bytes are UDP
 * payload bytes.
 */
public final class PathCounters {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int DROPS = PacketPlace.values().length * 2;
    /** A cache line on either side, so that neighbours of the array are not written with it. */
    private static final int PADDING = 8;

    private final long[] counts = new long[PADDING + DROPS + DropReason.values().length + PADDING];

    /** Counts one datagram of so many UDP payload bytes at a place. */
    public void packet(PacketPlace place, int bytes) {
        add(placeIndex(place), 1);
        add(placeIndex(place) + 1, bytes);
    }

    /** Counts one dropped packet. */
    public void drop(DropReason reason) {
        add(dropIndex(reason), 1);
    }

    /** Counts several dropped packets of one reason. */
    public void drop(DropReason reason, long packets) {
        add(dropIndex(reason), packets);
    }

    /** Packets counted at a place. */
    public long packets(PacketPlace place) {
        return (long) LONGS.getOpaque(counts, placeIndex(place));
    }

    /** UDP payload bytes counted at a place. */
    public long bytes(PacketPlace place) {
        return (long) LONGS.getOpaque(counts, placeIndex(place) + 1);
    }

    /** Packets dropped for a reason. */
    public long drops(DropReason reason) {
        return (long) LONGS.getOpaque(counts, dropIndex(reason));
    }

    @SuppressWarnings("EnumOrdinal") // an index into this run's own array, never kept
    private static int placeIndex(PacketPlace place) {
        return PADDING + place.ordinal() * 2;
    }

    @SuppressWarnings("EnumOrdinal") // as above
    private static int dropIndex(DropReason reason) {
        return PADDING + DROPS + reason.ordinal();
    }

    private void add(int index, long amount) {
        LONGS.setOpaque(counts, index, counts[index] + amount);
    }
}
