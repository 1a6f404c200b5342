// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.observe.PacketTotals;
import io.sluice.packet.count.PathCounters;
import io.vertx.core.Future;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
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
    private final ReceiveQueueDrops receiveQueueDrops = new ReceiveQueueDrops();
    private final @Nullable Ipv4SocketAddress ingress;
    private volatile @Nullable DatagramPath path;

    /**
     * @param ingress where endpoints send to; every other socket faces targets
     */
    NodeTraffic(@Nullable Ipv4SocketAddress ingress) {
        this.ingress = ingress;
    }

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

    /** Closes the sockets, where there are any. */
    Future<?> closePath() {
        DatagramPath open = path;
        return open == null ? Future.succeededFuture() : Future.fromCompletionStage(open.close());
    }

    @Override
    public long packets(PacketPlace place) {
        return switch (place) {
            case ENDPOINT_IN -> counters.packets(place) + sum(true, NodeTraffic::notReceived);
            case TARGET_IN -> counters.packets(place) + sum(false, NodeTraffic::notReceived);
            case GENERATED, PROBE_ANSWERS -> counters.packets(place);
            case ENDPOINT_OUT -> sum(true, DatagramPort::sent);
            case TARGET_OUT -> sum(false, DatagramPort::sent);
        };
    }

    /** What arrived and never reached a pipeline. */
    private static long notReceived(DatagramPort port) {
        return port.receiveNoSlot() + port.receiveOversize();
    }

    private long sum(boolean endpointSide, ToLongFunction<DatagramPort> count) {
        return ports().filter(port -> facesEndpoints(port) == endpointSide)
                .mapToLong(count)
                .sum();
    }

    private boolean facesEndpoints(DatagramPort port) {
        return ingress != null
                && port.localPort() == ingress.port()
                && port.localAddress() == ingress.address().bits();
    }

    private Stream<DatagramPort> ports() {
        DatagramPath open = path;
        return open == null ? Stream.empty() : open.ports().stream();
    }

    @Override
    public long bytes(PacketPlace place) {
        return switch (place) {
            case ENDPOINT_IN, TARGET_IN, GENERATED, PROBE_ANSWERS -> counters.bytes(place);
            case ENDPOINT_OUT -> sum(true, DatagramPort::sentBytes);
            case TARGET_OUT -> sum(false, DatagramPort::sentBytes);
        };
    }

    @Override
    public long drops(DropReason reason) {
        long counted = counters.drops(reason);
        return switch (reason) {
            case RECEIVE_NO_BUFFER -> counted + total(DatagramPort::receiveNoSlot);
            case INNER_TOO_LARGE -> counted + total(DatagramPort::receiveOversize);
            case SEND_REFUSED -> counted + total(DatagramPort::sendFailures);
            default -> counted;
        };
    }

    /** Datagrams the kernel dropped before any program saw them; outside the balance. */
    long receiveQueueDrops(boolean endpointSide) {
        return receiveQueueDrops.of(ports().filter(port -> facesEndpoints(port) == endpointSide));
    }

    private long total(ToLongFunction<DatagramPort> count) {
        return ports().mapToLong(count).sum();
    }

    @Override
    public long held() {
        DatagramPath open = path;
        return gauges.heldPackets() + (open == null ? 0 : open.inFlight());
    }
}
