// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.datagram.DatagramPort;

/**
 * The bound sockets towards targets: for each zone served here some source ports (W-4, W-5).
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class TargetSockets {

    private final DatagramPort[][] byZoneAndSlot;

    /**
     * @param byZoneAndSlot for each zone index the sockets of its source ports; every zone has as many, at least one
     */
    public TargetSockets(DatagramPort[][] byZoneAndSlot) {
        int slots = byZoneAndSlot[0].length;
        for (DatagramPort[] zone : byZoneAndSlot) {
            if (zone.length != slots || slots == 0) {
                throw new IllegalArgumentException("every zone needs the same number of source ports, at least one");
            }
        }
        this.byZoneAndSlot = byZoneAndSlot;
    }

    /** The socket of a zone and source port slot. */
    public DatagramPort of(int zoneIndex, int portSlot) {
        return byZoneAndSlot[zoneIndex][portSlot];
    }

    /** Source ports of each zone. */
    public int portSlots() {
        return byZoneAndSlot[0].length;
    }
}
