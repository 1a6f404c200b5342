// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.TypedBus;
import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPaths;
import io.sluice.datagram.DatagramTransport;
import io.sluice.datagram.PacketSlab;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.DataPathProbes;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.LifeSign;
import io.sluice.geneve.core.NodeObservations;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.ShardLifeSigns;
import io.sluice.geneve.core.ShardObservations;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.geneve.link.CodecHints;
import io.sluice.geneve.link.LinkConduit;
import io.sluice.geneve.link.LinkEnd;
import io.sluice.geneve.link.LinkReturns;
import io.sluice.geneve.link.LinkSocket;
import io.sluice.geneve.link.LinkedPackets;
import io.sluice.geneve.link.LinkedReturns;
import io.sluice.geneve.verticle.IngressTargetsVerticle;
import io.sluice.geneve.verticle.LinkVerticle;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.ingress.core.ReturnSearch;
import io.sluice.ingress.verticle.EndpointIngressVerticle;
import io.sluice.ingress.verticle.FlowListVerticle;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.PacketPlace;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import io.sluice.selection.feed.TargetSets;
import io.sluice.sharding.OwnerHash;
import io.sluice.sharding.ShardNetwork;
import io.sluice.sharding.SharedAddress;
import io.sluice.sharding.StrayReceiver;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the packet half together, or the part of it that the process has: for each shard an event loop's worth of sockets and
 * packet memory, an ingress with its flow table, a codec, and between the shards a {@link ShardNetwork}. An ingress without a
 * codec, and a codec without an ingress, has an end of the link to the other instead.
 */
final class PacketHalf {

    private static final Logger LOG = LoggerFactory.getLogger(PacketHalf.class);

    /** Packets in the process at once; half of them may wait for their flow's set-up. */
    private static final int SLAB_SLOTS = 8_192;

    private static final int SLAB_SLOTS_MIN = 2_048;

    /** The largest inner packet with what may be around it, and room for longer datagrams to be told apart. */
    private static final int SLOT_BYTES = 9_216;

    /** Datagrams in the process that are received and not sent on yet, each of them with those the kernel merged into it. */
    private static final int AGGREGATES = 512;

    private static final int AGGREGATES_MIN = 64;

    /** GENEVE with options, or the header of the link, is 32 bytes longer than GENEVE without. */
    private static final int HEADROOM_BYTES = 64;

    private final TypedBus bus;
    private final NodeConfig config;
    private final DatagramTransport transport;
    private final TargetSets targetSets;
    private final FlowTables flowTables;
    private final long bootId;
    private final int shards;
    private final @Nullable NodeLink link;
    private final @Nullable ShardNetwork network;
    private final NodeTraffic traffic;
    private final IngressPart ingressPart;
    private final CodecPart codecPart;
    private final NodeObservations acceptedReturns;
    private final SharedByTarget<LifeSign> lifeSigns = new SharedByTarget<>(LifeSign::new);
    private final SecureRandom random = new SecureRandom();
    /** Of a codec without an ingress. */
    private final @Nullable CodecHints hints;

    /**
     * @param bus what the verticles talk over
     * @param config what the process is told
     * @param transport what its event loops run
     * @param secrets what cookies are issued and known by
     * @param startedBefore whether flows of an earlier start may still be alive
     * @param targetSets configuration and snapshot, the same for all shards
     * @param flowTables of the shards
     * @param bootId when the process started, milliseconds since 1970
     * @param flowOwners the newest view of who decides about which flows
     * @param shards how many, at least 1
     * @param link to the half the process does not have; null where it has both
     */
    PacketHalf(
            TypedBus bus,
            NodeConfig config,
            DatagramTransport transport,
            MasterSecrets secrets,
            boolean startedBefore,
            TargetSets targetSets,
            FlowTables flowTables,
            long bootId,
            Supplier<OwnerTable> flowOwners,
            int shards,
            @Nullable NodeLink link) {
        this.bus = bus;
        this.config = config;
        this.transport = transport;
        this.targetSets = targetSets;
        this.flowTables = flowTables;
        this.bootId = bootId;
        this.shards = shards;
        this.link = link;
        OwnerHash owners = new OwnerHash(shards, random.nextInt());
        this.network = shards == 1 ? null : new ShardNetwork(owners, sharedAddresses(), SLOT_BYTES - HEADROOM_BYTES);
        this.traffic = new NodeTraffic(
                hasIngress() ? config.ingress() : null, link == null ? null : link.address(), shards, network);
        this.ingressPart = new IngressPart(
                bus, config, secrets, startedBefore, targetSets, flowOwners, traffic.macAlarms(), shards);
        this.codecPart = new CodecPart(
                bus,
                config,
                bootId,
                targetSets,
                shards,
                owners.ofIpv4(DataPathProbes.INNER_SOURCE, DataPathProbes.INNER_DESTINATION));
        this.acceptedReturns = new NodeObservations(shards);
        this.hints = hasIngress() ? null : new CodecHints(shards, random.nextLong());
    }

    private boolean hasIngress() {
        return config.roles().contains(Role.INGRESS);
    }

    private boolean hasCodec() {
        return config.roles().contains(Role.CODEC);
    }

    private List<SharedAddress> sharedAddresses() {
        List<SharedAddress> shared = new ArrayList<>();
        if (hasIngress()) {
            shared.add(new SharedAddress(IngressPart.listen(config), PacketPlace.ENDPOINT_IN));
        }
        if (hasCodec()) {
            config.appliances()
                    .values()
                    .forEach(address -> shared.add(new SharedAddress(address, PacketPlace.TARGET_IN)));
        }
        if (link != null) {
            shared.add(new SharedAddress(link.address(), PacketPlace.LINK_IN));
        }
        return shared;
    }

    /** What the packets come to. */
    NodeTraffic traffic() {
        return traffic;
    }

    /** How many shards there are. */
    int shards() {
        return shards;
    }

    /** Completes when each shard's flow table is there. */
    Future<?> flowTablesMade() {
        return Future.fromCompletionStage(flowTables.made());
    }

    /** Answers which flows the node has; to be deployed after all shards. */
    FlowListVerticle flowList() {
        return ingressPart.flowList();
    }

    /** Has agents go to other nodes; answers whether there are any. */
    Future<Boolean> leave() {
        return ingressPart.leave();
    }

    private PacketSlab slab() {
        int aggregates = transport == DatagramTransport.IO_URING ? Math.max(AGGREGATES_MIN, AGGREGATES / shards) : 0;
        return new PacketSlab(Math.max(SLAB_SLOTS_MIN, SLAB_SLOTS / shards), SLOT_BYTES, HEADROOM_BYTES, aggregates);
    }

    /** What one shard's loop runs, in order of their start; on that loop, the first shard first. */
    List<VerticleBase> shard(int shard, ContextInternal context) {
        ShardTraffic counted = traffic.shard(shard);
        PacketSlab slab = slab();
        DatagramPath sockets = DatagramPaths.open(context.nettyEventLoop(), transport, slab);
        DatagramPath path = network == null ? sockets : network.path(shard, sockets, counted.counters());
        counted.path(path);
        ShardRoom room = new ShardRoom(shard, context.executor(), slab, path, counted, zones());
        NodeLink toOther = link;
        if (toOther == null) {
            return both(room);
        }
        return hasIngress() ? ingressAlone(room, toOther) : codecAlone(room, toOther);
    }

    /** Who is linked serves one zone, so that no packet leaves it on its way between the halves. */
    private List<Zone> zones() {
        return link == null ? List.copyOf(new TreeSet<>(config.appliances().keySet())) : List.of(config.zone());
    }

    private List<VerticleBase> both(ShardRoom room) {
        FlowTable table = flowTables.of(room.shard());
        TargetDirectory targets =
                new TargetDirectory(index -> table.liveFlows(index) > 0, new ShardLifeSigns(lifeSigns, room.shard()));
        TargetSockets sources = codecPart.sockets(room);
        EndpointIngressVerticle ingress = ingressPart.ingress(
                room,
                table,
                targets,
                new DirectConduit(room.slab().memory(), targets, sources),
                search(room),
                ReturnForward.NOWHERE);
        return withHandover(
                room, ingress.returns()::onStray, codecPart.codec(room, targets, sources, ingress.returns()), ingress);
    }

    private List<VerticleBase> ingressAlone(ShardRoom room, NodeLink toCodec) {
        FlowTable table = flowTables.of(room.shard());
        TargetDirectory targets = new TargetDirectory(index -> table.liveFlows(index) > 0);
        LinkSocket socket = new LinkSocket();
        LinkEnd end = end(room, toCodec, socket);
        LinkReturns returns = new LinkReturns(end, toCodec.forwards());
        EndpointIngressVerticle ingress =
                ingressPart.ingress(room, table, targets, new LinkConduit(end, targets), search(room), returns);
        returns.deliverTo(ingress.returns());
        return withHandover(
                room,
                ingress.returns()::onStray,
                new IngressTargetsVerticle(
                        bus,
                        config.id(),
                        bootId,
                        targets,
                        new ShardObservations(acceptedReturns, room.shard(), room.shard() == 0),
                        targetSets.revisions()),
                new LinkVerticle(room.path(), toCodec.address(), socket, returns),
                ingress);
    }

    private List<VerticleBase> codecAlone(ShardRoom room, NodeLink toIngress) {
        // which flows are pinned to a target that is gone their ingress says with each packet
        TargetDirectory targets = new TargetDirectory(index -> false, new ShardLifeSigns(lifeSigns, room.shard()));
        TargetSockets sources = codecPart.sockets(room);
        LinkSocket socket = new LinkSocket();
        LinkEnd end = end(room, toIngress, socket);
        LinkedReturns returns = new LinkedReturns(end, targets, Objects.requireNonNull(hints, "hints"), room.shard());
        LinkedPackets packets = new LinkedPackets(
                end, returns, targets, new DirectConduit(room.slab().memory(), targets, sources), config.sourcePorts());
        return withHandover(
                room,
                noStrays(room),
                codecPart.codec(room, targets, sources, returns),
                new LinkVerticle(room.path(), toIngress.address(), socket, packets));
    }

    private static LinkEnd end(ShardRoom room, NodeLink link, LinkSocket socket) {
        return new LinkEnd(room.slab(), room.counters(), link.directory(), socket, NodeClock::monotonicMs);
    }

    private ReturnSearch search(ShardRoom room) {
        return network == null ? ReturnSearch.NOWHERE : new StrayReturns(network.outbox(room.shard()));
    }

    /** Without flows no shard passes a return on. */
    private static StrayReceiver noStrays(ShardRoom room) {
        return (slot, offset, lengthBytes, type, endpointId, cookie, source, verdict, shardsLeft, trail) -> {
            room.counters().drop(verdict);
            room.slab().release(slot);
        };
    }

    private List<VerticleBase> withHandover(ShardRoom room, StrayReceiver strays, VerticleBase... verticles) {
        List<VerticleBase> all = new ArrayList<>(List.of(verticles));
        ShardNetwork between = network;
        if (between != null) {
            all.add(new HandoverVerticle(() -> {
                between.open(room.shard(), room.loop(), room.path(), strays, room.counters());
                if (room.shard() == shards - 1) {
                    steerInKernel(between, room.shard());
                }
            }));
        }
        return all;
    }

    /** All shards have bound all addresses. */
    private static void steerInKernel(ShardNetwork between, int lastShard) {
        LOG.atInfo()
                .addKeyValue("event", "shards_ready")
                .addKeyValue("shards", lastShard + 1)
                .addKeyValue("steered_by_kernel", between.steerInKernel(lastShard))
                .log("a hash of the inner addresses says whose a packet is");
    }
}
