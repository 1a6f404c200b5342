// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.id.Zone;
import io.sluice.packet.count.PathCounters;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What the halves of the packet path have in common on one shard.
 *
 * @param shard its number, from 0
 * @param loop its event loop
 * @param slab its packet memory
 * @param path its sockets
 * @param traffic what it counts
 * @param zones zones served here, by index
 */
record ShardRoom(int shard, Executor loop, PacketSlab slab, DatagramPath path, ShardTraffic traffic, List<Zone> zones) {

    /** Keeps a copy. */
    ShardRoom {
        zones = List.copyOf(zones);
    }

    PathCounters counters() {
        return traffic.counters();
    }
}
