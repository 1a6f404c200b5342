// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.datagram.DatagramPort;
import org.jspecify.annotations.Nullable;

/**
 * The sockets towards targets: for each zone served here some source ports (W-4, W-5).
 *
 * <p>Filled when they are bound, before the first packet; the conduit sends through them.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class TargetSockets {

    private final @Nullable DatagramPort[][] byZoneAndSlot;

    /**
     * @param zones zones served here, at least 1
     * @param portSlots source ports of each, at least 1
     */
    public TargetSockets(int zones, int portSlots) {
        if (zones < 1 || portSlots < 1) {
            throw new IllegalArgumentException(
                    "%d zones with %d source ports each: expected at least one of both".formatted(zones, portSlots));
        }
        byZoneAndSlot = new @Nullable DatagramPort[zones][portSlots];
    }

    /** Puts a bound socket into its place. */
    public void put(int zoneIndex, int portSlot, DatagramPort port) {
        byZoneAndSlot[zoneIndex][portSlot] = port;
    }

    /**
     * The socket of a zone and source port slot.
     *
     * @throws IllegalStateException where none was put there: sending before the start is over is a programmer error
     */
    public DatagramPort of(int zoneIndex, int portSlot) {
        DatagramPort port = byZoneAndSlot[zoneIndex][portSlot];
        if (port == null) {
            throw new IllegalStateException("zone " + zoneIndex + ", port slot " + portSlot + " is not bound yet");
        }
        return port;
    }

    /** Zones served here. */
    public int zones() {
        return byZoneAndSlot.length;
    }

    /** Source ports of each zone. */
    public int portSlots() {
        return byZoneAndSlot[0].length;
    }
}
