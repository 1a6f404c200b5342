// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.observe.PacketTotals;
import io.sluice.packet.count.PathCounters;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Packet counts of this process: what the shard's pipelines counted, and what only the sockets know.
 *
 * <p>A packet counts as out when the kernel took it, so refusals are drops. A process without the packet half counts 0.
 *
 * <p><b>Threading</b>: any thread.
 */
final class NodeTraffic implements PacketTotals {

    private final PathCounters counters = new PathCounters();
    private final IngressGauges gauges = new IngressGauges();
    private final List<DatagramPort> endpointPorts = new CopyOnWriteArrayList<>();
    private final List<DatagramPort> targetPorts = new CopyOnWriteArrayList<>();
    private volatile @Nullable DatagramPath path;

    /** Counted by the pipelines. */
    PathCounters counters() {
        return counters;
    }

    /** Shown by the ingress. */
    IngressGauges gauges() {
        return gauges;
    }

    /** The shard's sockets are these from now on. */
    void path(DatagramPath opened) {
        path = opened;
    }

    @Override
    public long packets(PacketPlace place) {
        return switch (place) {
            case ENDPOINT_IN, TARGET_IN, GENERATED -> counters.packets(place);
            case ENDPOINT_OUT -> sum(endpointPorts, DatagramPort::sent);
            case TARGET_OUT -> sum(targetPorts, DatagramPort::sent);
        };
    }

    private static long sum(List<DatagramPort> ports, ToLongFunction<DatagramPort> count) {
        return ports.stream().mapToLong(count).sum();
    }

    @Override
    public long bytes(PacketPlace place) {
        return counters.bytes(place);
    }

    @Override
    public long drops(DropReason reason) {
        return counters.drops(reason);
    }

    @Override
    public long held() {
        return gauges.heldPackets();
    }
}
