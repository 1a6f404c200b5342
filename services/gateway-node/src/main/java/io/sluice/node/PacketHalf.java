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
import io.sluice.geneve.core.MisaddressedReturns;
import io.sluice.geneve.core.NodeObservations;
import io.sluice.geneve.core.PathWatch;
import io.sluice.geneve.core.ProbeNonces;
import io.sluice.geneve.core.ReturnDecoder;
import io.sluice.geneve.core.ShardObservations;
import io.sluice.geneve.core.SilenceReports;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.geneve.verticle.GeneveCodecVerticle;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.hashing.core.SipHash24;
import io.sluice.ingress.core.IngressShard;
import io.sluice.ingress.core.LocalDecider;
import io.sluice.ingress.core.ReturnSearch;
import io.sluice.ingress.core.ShardState;
import io.sluice.ingress.verticle.EndpointIngressVerticle;
import io.sluice.ingress.verticle.FlowListVerticle;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Zone;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.metric.PacketPlace;
import io.sluice.node.config.NodeConfig;
import io.sluice.selection.feed.TargetSets;
import io.sluice.sharding.OwnerHash;
import io.sluice.sharding.ShardNetwork;
import io.sluice.sharding.SharedAddress;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the packet half together: for each shard an event loop's worth of sockets, packet memory, flow table, codec and
 * ingress, and between them a {@link ShardNetwork}. What the node is asked for as a whole is gathered here.
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

    /** GENEVE with options is 32 bytes longer than without. */
    private static final int HEADROOM_BYTES = 64;

    private static final int ENDPOINTS_MAX = 1 << 16;

    private final TypedBus bus;
    private final NodeConfig config;
    private final DatagramTransport transport;
    private final MasterSecrets secrets;
    private final boolean startedBefore;
    private final TargetSets targetSets;
    private final long bootId;
    private final Supplier<OwnerTable> owners;
    private final int shards;
    private final int probingShard;
    private final @Nullable ShardNetwork network;
    private final NodeTraffic traffic;
    private final NodeObservations observations;
    private final SilenceRelay silences = new SilenceRelay();
    private final SecureRandom random = new SecureRandom();
    private final List<Function<FlowListRequest, Future<FlowListReply>>> ingresses = new CopyOnWriteArrayList<>();
    private final List<Function<FlowKey, Future<FlowListReply>>> finders = new CopyOnWriteArrayList<>();

    /**
     * @param bus what the verticles talk over
     * @param config what the process is told
     * @param transport what its event loops run
     * @param secrets what cookies are issued and known by
     * @param startedBefore whether flows of an earlier start may still be alive
     * @param targetSets configuration and snapshot, the same for all shards
     * @param bootId when the process started, milliseconds since 1970
     * @param flowOwners the newest view of who decides about which flows
     * @param shards how many, at least 1
     */
    PacketHalf(
            TypedBus bus,
            NodeConfig config,
            DatagramTransport transport,
            MasterSecrets secrets,
            boolean startedBefore,
            TargetSets targetSets,
            long bootId,
            Supplier<OwnerTable> flowOwners,
            int shards) {
        this.bus = bus;
        this.config = config;
        this.transport = transport;
        this.secrets = secrets;
        this.startedBefore = startedBefore;
        this.targetSets = targetSets;
        this.bootId = bootId;
        this.owners = flowOwners;
        this.shards = shards;
        OwnerHash owners = new OwnerHash(shards, random.nextInt());
        this.probingShard = owners.ofIpv4(DataPathProbes.INNER_SOURCE, DataPathProbes.INNER_DESTINATION);
        this.network = shards == 1 ? null : new ShardNetwork(owners, sharedAddresses(), SLOT_BYTES - HEADROOM_BYTES);
        this.traffic = new NodeTraffic(config.ingress(), shards, network);
        this.observations = new NodeObservations(shards);
    }

    private List<SharedAddress> sharedAddresses() {
        List<SharedAddress> shared = new ArrayList<>();
        shared.add(new SharedAddress(ingressAddress(), PacketPlace.ENDPOINT_IN));
        config.appliances().values().forEach(address -> shared.add(new SharedAddress(address, PacketPlace.TARGET_IN)));
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

    /** Answers which flows the node has; to be deployed after all shards. */
    FlowListVerticle flowList() {
        return new FlowListVerticle(bus, config.id(), ingresses, finders);
    }

    private PacketSlab slab() {
        int aggregates = transport == DatagramTransport.IO_URING ? Math.max(AGGREGATES_MIN, AGGREGATES / shards) : 0;
        return new PacketSlab(Math.max(SLAB_SLOTS_MIN, SLAB_SLOTS / shards), SLOT_BYTES, HEADROOM_BYTES, aggregates);
    }

    /** What one shard's loop runs, in order of their start; on that loop, the first shard first. */
    List<VerticleBase> shard(int shard, ContextInternal context) {
        Executor loop = context.executor();
        TreeMap<Zone, Ipv4SocketAddress> zoneAddresses = new TreeMap<>(config.appliances());
        List<Zone> zones = List.copyOf(zoneAddresses.keySet());
        ShardTraffic counted = traffic.shard(shard);
        PacketSlab slab = slab();
        DatagramPath sockets = DatagramPaths.open(context.nettyEventLoop(), transport, slab);
        DatagramPath path = network == null ? sockets : network.path(shard, sockets, counted.counters());
        counted.path(path);

        FlowTable table =
                new FlowTable(Math.ceilDiv(config.flowCapacity(), shards), TargetDirectory.TARGETS_MAX, ENDPOINTS_MAX);
        TargetDirectory targets = new TargetDirectory(index -> table.liveFlows(index) > 0);
        FlowHasher hasher = new FlowHasher(random.nextLong(), random.nextLong());
        ShardState state =
                new ShardState(slab, table, targets, hasher, counted.counters(), NodeClock::monotonicMs, zones, shards);

        TargetSockets sources = new TargetSockets(zones.size(), config.sourcePorts());
        DirectConduit conduit = new DirectConduit(slab.memory(), targets, sources);
        FlowCookies cookies = secrets.cookies();
        LocalDecider decider = new LocalDecider(targetSets.snapshots()::get, cookies, NodeClock::wallClockMs);
        ReturnSearch search = network == null ? ReturnSearch.NOWHERE : new StrayReturns(network.outbox(shard));
        EndpointIngressVerticle ingress = new EndpointIngressVerticle(
                bus,
                config.id(),
                owners,
                path,
                ingressAddress(),
                state,
                setup -> new IngressShard(
                        state,
                        conduit,
                        setup,
                        decider,
                        cookies,
                        config.id(),
                        config.sourcePorts(),
                        NodeClock::wallClockMs,
                        search),
                decider,
                targetSets.snapshots(),
                startedBefore,
                traffic.macAlarms(),
                counted.gauges());
        PathWatch watch = watch(shard, loop, slab, targets, sources, zones);
        GeneveCodecVerticle codec = new GeneveCodecVerticle(
                bus,
                config.id(),
                bootId,
                path,
                List.copyOf(zoneAddresses.values()),
                sources,
                targets,
                watch,
                new ShardObservations(observations, shard, shard == probingShard),
                NodeClock::monotonicMs,
                targetSets.revisions(),
                new ReturnDecoder(slab, targets, counted.counters(), watch, ingress.returns()),
                new MisaddressedReturns(slab, targets, counted.counters()));
        ingresses.add(ingress::flows);
        finders.add(ingress::find);
        if (network == null) {
            return List.of(codec, ingress);
        }
        ShardNetwork between = network;
        return List.of(codec, ingress, new HandoverVerticle(() -> {
            between.open(shard, loop, path, ingress.returns()::onStray, counted.counters());
            if (shard == shards - 1) {
                steerInKernel(between, shard);
            }
        }));
    }

    /** All shards have bound all addresses. */
    private static void steerInKernel(ShardNetwork between, int lastShard) {
        LOG.atInfo()
                .addKeyValue("event", "shards_ready")
                .addKeyValue("shards", lastShard + 1)
                .addKeyValue("steered_by_kernel", between.steerInKernel(lastShard))
                .log("a hash of the inner addresses says whose a packet is");
    }

    /** One shard probes, the one that owns the addresses of probes: answers come there. */
    private PathWatch watch(
            int shard,
            Executor loop,
            PacketSlab slab,
            TargetDirectory targets,
            TargetSockets sources,
            List<Zone> zones) {
        if (shard != probingShard) {
            return new SilenceReports(targets, silences);
        }
        DataPathProbes probes =
                new DataPathProbes(slab, targets, sources, traffic.shard(shard).counters(), nonces(), zones);
        silences.probes(loop, probes);
        return probes;
    }

    /** Of a secret of this process alone: no probe outlives it. */
    private ProbeNonces nonces() {
        long key0 = random.nextLong();
        long key1 = random.nextLong();
        long[] message = new long[2];
        return (targetIndex, sequence) -> {
            message[0] = targetIndex;
            message[1] = sequence;
            return (int) SipHash24.hash(key0, key1, message, 0, message.length);
        };
    }

    private Ipv4SocketAddress ingressAddress() {
        // the reader refuses a configuration with the role ingress and without its address
        return Objects.requireNonNull(config.ingress(), "ingress");
    }
}
