// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.datagram.DatagramPort;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.ingress.verticle.MacAlarms;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.observe.PacketTotals;
import io.sluice.sharding.ShardNetwork;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Packet counts of this process: what its shards' pipelines counted, what only the sockets know, and what is between two
 * shards.
 *
 * <p>A packet counts as out when the kernel took it, so refusals are drops. A process without the packet half counts 0.
 *
 * <p><b>Threading</b>: any thread.
 */
final class NodeTraffic implements PacketTotals {

    private final List<ShardTraffic> shards;
    private final ReceiveQueueDrops receiveQueueDrops = new ReceiveQueueDrops();
    private final MacAlarms macAlarms = new MacAlarms();
    private final @Nullable Ipv4SocketAddress ingress;
    private final @Nullable Ipv4SocketAddress link;
    private final @Nullable ShardNetwork network;

    /** Whom a socket faces. */
    enum Side {
        ENDPOINTS,
        TARGETS,
        LINK
    }

    /**
     * @param ingress where endpoints send to; every other socket but the link's faces targets
     * @param link where packets between ingress and codec go; null where one process has both
     * @param shardCount shards there are
     * @param network what is between them; null where there is one
     */
    NodeTraffic(
            @Nullable Ipv4SocketAddress ingress,
            @Nullable Ipv4SocketAddress link,
            int shardCount,
            @Nullable ShardNetwork network) {
        this.ingress = ingress;
        this.link = link;
        this.network = network;
        this.shards = IntStream.range(0, shardCount)
                .mapToObj(shard -> new ShardTraffic())
                .toList();
    }

    /** What one shard counts. */
    ShardTraffic shard(int shard) {
        return shards.get(shard);
    }

    /** How many shards there are. */
    int shardCount() {
        return shards.size();
    }

    /** Sum over the shards of what their ingresses show. */
    long gauge(ToLongFunction<IngressGauges> reading) {
        return shards.stream()
                .mapToLong(shard -> reading.applyAsLong(shard.gauges()))
                .sum();
    }

    /** Open recovery windows: every shard opens the same ones. */
    long recoveryWindows() {
        return shards.stream()
                .mapToLong(shard -> shard.gauges().recoveryWindows())
                .max()
                .orElse(0);
    }

    /** Which targets return too many wrong cookies, whatever shards they come to. */
    MacAlarms macAlarms() {
        return macAlarms;
    }

    /** Packets handed over from one shard to another. */
    long handedOver() {
        return network == null ? 0 : network.handedOver();
    }

    /** Offloads that sockets gave up. */
    long offloadFallbacks() {
        return total(DatagramPort::offloadFallbacks);
    }

    @Override
    public long packets(PacketPlace place) {
        return switch (place) {
            case ENDPOINT_IN -> counted(place) + sum(Side.ENDPOINTS, NodeTraffic::notReceived);
            case TARGET_IN -> counted(place) + sum(Side.TARGETS, NodeTraffic::notReceived);
            case LINK_IN -> counted(place) + sum(Side.LINK, NodeTraffic::notReceived);
            case GENERATED, PROBE_ANSWERS, KEEP_ALIVES -> counted(place);
            case ENDPOINT_OUT -> sum(Side.ENDPOINTS, DatagramPort::sent);
            case TARGET_OUT -> sum(Side.TARGETS, DatagramPort::sent);
            case LINK_OUT -> sum(Side.LINK, DatagramPort::sent);
        };
    }

    private long counted(PacketPlace place) {
        return shards.stream()
                .mapToLong(shard -> shard.counters().packets(place))
                .sum();
    }

    /** What arrived and never reached a pipeline. */
    private static long notReceived(DatagramPort port) {
        return port.receiveNoSlot() + port.receiveOversize();
    }

    private long sum(Side side, ToLongFunction<DatagramPort> count) {
        return ports().filter(port -> side(port) == side).mapToLong(count).sum();
    }

    private Side side(DatagramPort port) {
        return isAt(ingress, port) ? Side.ENDPOINTS : isAt(link, port) ? Side.LINK : Side.TARGETS;
    }

    private static boolean isAt(@Nullable Ipv4SocketAddress address, DatagramPort port) {
        return address != null
                && port.localPort() == address.port()
                && port.localAddress() == address.address().bits();
    }

    private Stream<DatagramPort> ports() {
        return shards.stream().flatMap(ShardTraffic::ports);
    }

    @Override
    public long bytes(PacketPlace place) {
        return switch (place) {
            case ENDPOINT_IN, TARGET_IN, LINK_IN, GENERATED, PROBE_ANSWERS, KEEP_ALIVES ->
                shards.stream()
                        .mapToLong(shard -> shard.counters().bytes(place))
                        .sum();
            case ENDPOINT_OUT -> sum(Side.ENDPOINTS, DatagramPort::sentBytes);
            case TARGET_OUT -> sum(Side.TARGETS, DatagramPort::sentBytes);
            case LINK_OUT -> sum(Side.LINK, DatagramPort::sentBytes);
        };
    }

    @Override
    public long drops(DropReason reason) {
        long counted = shards.stream()
                .mapToLong(shard -> shard.counters().drops(reason))
                .sum();
        return switch (reason) {
            case RECEIVE_NO_BUFFER -> counted + total(DatagramPort::receiveNoSlot);
            case INNER_TOO_LARGE -> counted + total(DatagramPort::receiveOversize);
            case SEND_REFUSED -> counted + total(DatagramPort::sendFailures);
            default -> counted;
        };
    }

    /** Datagrams the kernel dropped before any program saw them; outside the balance. */
    long receiveQueueDrops(Side side) {
        return receiveQueueDrops.of(ports().filter(port -> side(port) == side));
    }

    private long total(ToLongFunction<DatagramPort> count) {
        return ports().mapToLong(count).sum();
    }

    @Override
    public long held() {
        long between = network == null ? 0 : network.strays();
        return between + shards.stream().mapToLong(ShardTraffic::held).sum();
    }
}
