// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.netty.channel.EventLoop;
import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.ConfigRoute;
import io.sluice.api.route.DropsRoute;
import io.sluice.api.route.FlowsRoute;
import io.sluice.api.route.HealthRoute;
import io.sluice.api.route.MetricsRoute;
import io.sluice.api.route.NodesRoute;
import io.sluice.api.route.TargetsRoute;
import io.sluice.api.verticle.AdminHttpVerticle;
import io.sluice.api.verticle.AdminLimits;
import io.sluice.api.verticle.ControlApiVerticle;
import io.sluice.bus.BusCounters;
import io.sluice.bus.RoleLocator;
import io.sluice.bus.TypedBus;
import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPaths;
import io.sluice.datagram.DatagramTransport;
import io.sluice.datagram.PacketSlab;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.DataPathProbes;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.MisaddressedReturns;
import io.sluice.geneve.core.ProbeNonces;
import io.sluice.geneve.core.ReturnDecoder;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.geneve.verticle.GeneveCodecVerticle;
import io.sluice.hashing.authority.LocalAuthority;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.SipHash24;
import io.sluice.hashing.verticle.FlowHashingVerticle;
import io.sluice.health.verticle.HealthCheckingVerticle;
import io.sluice.health.verticle.ProbePace;
import io.sluice.ingress.core.IngressShard;
import io.sluice.ingress.core.LocalDecider;
import io.sluice.ingress.core.ShardState;
import io.sluice.ingress.verticle.EndpointIngressVerticle;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Zone;
import io.sluice.node.config.GatewayDocuments;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import io.sluice.observe.MetricsRegistry;
import io.sluice.observe.Readiness;
import io.sluice.selection.verticle.TargetSelectionVerticle;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The one place where constructors are called: what a process consists of, by its roles.
 *
 * <p>Codec, ingress, selection and flow hashing share one event loop where they share a process. Health checking, the
 * control API, the node's own word and the admin port have loops of their own.
 */
final class Wiring {

    /** Packets in the process at once; half of them may wait for their flow's set-up. */
    private static final int SLAB_SLOTS = 8_192;

    /** The largest inner packet with what may be around it, and room for longer datagrams to be told apart. */
    private static final int SLOT_BYTES = 9_216;

    /** GENEVE with options is 32 bytes longer than without. */
    private static final int HEADROOM_BYTES = 64;

    /**
     * Records there may be beside those of a full table: of flows being set up, and of flows that had to go for them, whose
     * end the authority has not heard of yet. Without them a full table would have nobody's flow make room.
     */
    private static final int RECORDS_BESIDE_TABLE = 1 << 15;

    private static final int ENDPOINTS_MAX = 1 << 16;
    private static final long START_NS = System.nanoTime();
    private static final long START_MS = System.currentTimeMillis();

    private final Vertx vertx;
    private final NodeConfig config;
    private final DatagramTransport transport;
    private final byte[] secret;
    private final boolean startedBefore;
    private final MetricsRegistry metrics;
    private final long bootId = wallClockMs();
    private final List<String> roleNames;
    private final BusCounters busCounters = new BusCounters();
    private final Readiness readiness = new Readiness();
    private final NodeTraffic traffic;
    private final TypedBus bus;
    private final ConfigRevision initial;
    private final NodeMetrics nodeMetrics;
    private final Deque<String> deployments = new ArrayDeque<>();

    /**
     * @param vertx clustered
     * @param config what the process is told
     * @param transport what its event loops run
     * @param secret cookie master secret
     * @param startedBefore whether flows of an earlier start may still be alive
     * @param metrics shown on the admin port
     */
    Wiring(
            Vertx vertx,
            NodeConfig config,
            DatagramTransport transport,
            byte[] secret,
            boolean startedBefore,
            MetricsRegistry metrics) {
        this.vertx = vertx;
        this.config = config;
        this.transport = transport;
        this.secret = secret.clone();
        this.startedBefore = startedBefore;
        this.metrics = metrics;
        this.roleNames = config.roles().stream().map(Role::text).sorted().toList();
        this.traffic = new NodeTraffic(config.ingress());
        this.bus = new TypedBus(vertx, config.id(), busCounters);
        // the file of the process that started last and publishes counts; the others only start from theirs
        this.initial = new ConfigRevision(has(Role.CONTROL_API) ? bootId : 0, config.id(), config.model());
        this.nodeMetrics = new NodeMetrics(metrics);
    }

    /** What the process does, in words of the configuration. */
    List<String> roleNames() {
        return roleNames;
    }

    private boolean has(Role role) {
        return config.roles().contains(role);
    }

    /** Starts everything; the admin port first, so that it tells what is still missing. */
    Future<?> deploy() {
        ClusterView cluster = new ClusterView(initial, Wiring::wallClockMs);
        NodeStatusVerticle status = new NodeStatusVerticle(bus, config.id(), bootId, roleNames, traffic, initial);
        nodeMetrics.bus(busCounters);
        nodeMetrics.configuration(status);
        ConfigDesk desk = new ConfigDesk(cluster, Wiring::wallClockMs);
        Future<?> done =
                deploy("admin", new AdminHttpVerticle(config.admin(), AdminLimits.DEFAULT, adminRoutes(cluster, desk)));
        if (has(Role.INGRESS) || has(Role.FLOW_HASHING)) {
            done = done.compose(before -> deploy("flows", new SameLoop(this::flowVerticles, traffic::closePath)));
        }
        if (has(Role.HEALTH_CHECKING)) {
            done = done.compose(before -> deploy("health-checking", healthChecking()));
        }
        if (has(Role.CONTROL_API)) {
            nodeMetrics.targets(cluster);
            done = done.compose(before -> deploy("control-api", new ControlApiVerticle(bus, cluster, desk)));
        }
        return done.compose(before -> deploy("status", status));
    }

    private Future<?> deploy(String name, Deployable deployable) {
        readiness.unmet(name, "starting");
        return vertx.deployVerticle(deployable)
                .onSuccess(id -> {
                    deployments.push(id);
                    readiness.met(name);
                })
                .onFailure(cause -> readiness.unmet(name, String.valueOf(cause.getMessage())));
    }

    /** Stops everything in reverse. */
    Future<?> undeploy() {
        Future<?> done = Future.succeededFuture();
        while (!deployments.isEmpty()) {
            String id = deployments.pop();
            done = done.transform(before -> vertx.undeploy(id));
        }
        return done;
    }

    private List<AdminRoute> adminRoutes(ClusterView cluster, ConfigDesk desk) {
        List<AdminRoute> routes = new ArrayList<>(List.of(new HealthRoute(readiness), new MetricsRoute(metrics)));
        if (has(Role.CONTROL_API)) {
            routes.add(new FlowsRoute(bus, cluster));
            routes.add(new TargetsRoute(cluster));
            routes.add(new DropsRoute(bus, cluster));
            routes.add(new NodesRoute(cluster));
            routes.add(new ConfigRoute(
                    new GatewayDocuments(config), desk, cluster, () -> ControlApiVerticle.publish(bus, desk)));
        }
        return routes;
    }

    /** What shares the loop: decisions first, so that the first packet finds them. */
    private List<VerticleBase> flowVerticles(Context context) {
        List<VerticleBase> verticles = new ArrayList<>();
        if (has(Role.TARGET_SELECTION)) {
            verticles.add(new TargetSelectionVerticle(bus, config.id(), initial, Wiring::wallClockMs));
        }
        if (has(Role.FLOW_HASHING)) {
            verticles.add(flowHashing());
        }
        if (has(Role.INGRESS)) {
            verticles.addAll(packetHalf(((ContextInternal) context).nettyEventLoop()));
        }
        return verticles;
    }

    private FlowHashingVerticle flowHashing() {
        return new FlowHashingVerticle(bus, config.id(), initial, locator(Role.TARGET_SELECTION), picker -> {
            LocalAuthority authority = new LocalAuthority(
                    picker, new FlowCookies(secret), Wiring::wallClockMs, config.flowCapacity() + RECORDS_BESIDE_TABLE);
            nodeMetrics.records(authority);
            return authority;
        });
    }

    private List<VerticleBase> packetHalf(EventLoop loop) {
        TreeMap<Zone, Ipv4SocketAddress> zoneAddresses = new TreeMap<>(config.appliances());
        List<Zone> zones = List.copyOf(zoneAddresses.keySet());
        PacketSlab slab = new PacketSlab(SLAB_SLOTS, SLOT_BYTES, HEADROOM_BYTES);
        DatagramPath path = DatagramPaths.open(loop, transport, slab);
        traffic.path(path);

        FlowTable table = new FlowTable(config.flowCapacity(), TargetDirectory.TARGETS_MAX, ENDPOINTS_MAX);
        TargetDirectory targets = new TargetDirectory(index -> table.liveFlows(index) > 0);
        SecureRandom random = new SecureRandom();
        FlowHasher hasher = new FlowHasher(random.nextLong(), random.nextLong());
        ShardState state = new ShardState(slab, table, targets, hasher, traffic.counters(), Wiring::monotonicMs, zones);
        nodeMetrics.traffic(traffic);
        nodeMetrics.flows(traffic.gauges(), config.flowCapacity());

        TargetSockets sockets = new TargetSockets(zones.size(), config.sourcePorts());
        DirectConduit conduit = new DirectConduit(slab.memory(), targets, sockets);
        LocalDecider decider = new LocalDecider(initial, new FlowCookies(secret), Wiring::wallClockMs);
        EndpointIngressVerticle ingress = new EndpointIngressVerticle(
                bus,
                config.id(),
                locator(Role.FLOW_HASHING),
                path,
                ingressAddress(),
                state,
                setup -> new IngressShard(
                        state, conduit, setup, decider, config.id(), config.sourcePorts(), Wiring::wallClockMs),
                decider,
                initial.model(),
                startedBefore,
                traffic.gauges());
        DataPathProbes probes = new DataPathProbes(slab, targets, sockets, traffic.counters(), nonces(random), zones);
        GeneveCodecVerticle codec = new GeneveCodecVerticle(
                bus,
                config.id(),
                bootId,
                path,
                List.copyOf(zoneAddresses.values()),
                sockets,
                targets,
                probes,
                Wiring::monotonicMs,
                initial,
                new ReturnDecoder(slab, targets, traffic.counters(), probes, ingress.returns()),
                new MisaddressedReturns(slab, targets, traffic.counters()));
        return List.of(codec, ingress);
    }

    /** Of a secret of this process alone: no probe outlives it. */
    private static ProbeNonces nonces(SecureRandom random) {
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

    private HealthCheckingVerticle healthChecking() {
        // a process without the codec may be on another machine: it probes from whatever address its host picks
        Map<Zone, Ipv4Address> sources = has(Role.CODEC)
                ? config.appliances().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().address()))
                : Map.of();
        return new HealthCheckingVerticle(bus, config.id(), sources, initial, ProbePace.system());
    }

    private RoleLocator locator(Role role) {
        return new RoleLocator(config.id(), roleNames, role.text(), Wiring::monotonicMs);
    }

    /**
     * Milliseconds since 1970 of a clock that never goes back or jumps: what a time service does to the system's clock
     * after the start must not age flows.
     */
    private static long wallClockMs() {
        return START_MS + monotonicMs();
    }

    /** Milliseconds since this process started. */
    private static long monotonicMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - START_NS);
    }
}
