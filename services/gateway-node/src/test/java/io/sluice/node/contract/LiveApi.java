// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigHistory;
import io.sluice.api.LeaseDesk;
import io.sluice.api.LeaseStore;
import io.sluice.api.access.TokenBook;
import io.sluice.api.contract.Contract;
import io.sluice.api.core.Admissions;
import io.sluice.api.event.EventHub;
import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.AdminRoutes;
import io.sluice.api.route.ResourceDesk;
import io.sluice.api.route.TokensRoute;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.verticle.AdminHttpVerticle;
import io.sluice.api.verticle.AdminLimits;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.NodeStatus;
import io.sluice.node.config.GatewayDocuments;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.NodeConfigReader;
import io.sluice.observe.MetricsRegistry;
import io.sluice.observe.Readiness;
import io.sluice.selection.feed.TargetSets;
import io.sluice.testkit.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The whole admin port of a process, with the readers of a node and an ingress that answers; only packets are missing. */
final class LiveApi implements AutoCloseable {

    static final long LIMIT_S = 60;
    static final long NOW_MS = 1_700_000_000_000L;

    private static final NodeId NODE = new NodeId("gw-1");

    /** Two zones, two groups of which one is in use, a service with an endpoint that waits, an endpoint without a service. */
    private static final String FILE = """
            ingress: {listen: "10.0.0.1"}
            appliances: {listen: "10.1.0.1"}
            node: {zone: az1}
            zones: [az1, az2, az3]
            target-groups:
              - name: firewalls
                tags: {team: network}
                targets: [{id: 10.1.0.11, zone: az1}, {id: 10.1.0.12, zone: az2, weight: 7}]
              - {name: spare}
            load-balancers:
              - {name: inspection, zones: [az1, az2], listener: {target-group: firewalls}, tags: {team: network, env: live}}
            endpoint-services:
              - {name: inspection-svc, load-balancers: [inspection], allowed-principals: ["*"]}
            endpoints:
              - {id: vpce-00000000000000001, vni: 100, zone: az1, service: inspection-svc, attachments: ["10.0.0.2"]}
              - {id: vpce-00000000000000002, vni: 200, zone: az2, load-balancer: inspection, attachments: ["10.0.0.3"]}
            """;

    final Vertx vertx = Vertx.vertx();
    private final TargetSets targetSets;
    final ClusterView cluster;
    final AtomicBoolean brokenStore = new AtomicBoolean();
    final AtomicReference<CountDownLatch> stillStore = new AtomicReference<>(new CountDownLatch(0));
    final AtomicLong leaseClockMs = new AtomicLong(NOW_MS);
    final LeaseDesk leases;
    final EventHub events = new EventHub(() -> NOW_MS);
    final AtomicInteger published = new AtomicInteger();

    /** Runs once a revision is in force and before its request is answered. */
    final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

    final Readiness readiness = new Readiness();
    final Ipv4SocketAddress address = freeAddress();
    private final GatewayModel initial;
    private final MetricsRegistry metrics = new MetricsRegistry();

    LiveApi() throws Exception {
        Path file = Files.createTempFile("sluice-api", ".yaml");
        NodeConfig node;
        try {
            Files.writeString(file, FILE);
            node = NodeConfigReader.read(file, null);
        } finally {
            Files.delete(file);
        }
        initial = Admissions.decided(GatewayModel.EMPTY, node.model());
        ConfigRevision first = new ConfigRevision(1, NODE, initial);
        targetSets = new TargetSets(NODE, first, () -> NOW_MS);
        cluster = new ClusterView(NODE, targetSets, () -> NOW_MS);
        TypedBus bus = new TypedBus(vertx, NODE, new BusCounters());
        bus.serve(
                        BusAddresses.FLOW_LIST.at(NODE),
                        request -> Future.succeededFuture(new FlowListReply(NODE, 0, List.of())))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
        bus.serve(
                        BusAddresses.FLOW_FIND.at(NODE),
                        request -> Future.succeededFuture(new FlowListReply(NODE, 0, List.of())))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
        bus.serve(
                        BusAddresses.NODE_COUNTERS.at(NODE),
                        request -> Future.succeededFuture(new CountersReply(NODE, new TreeMap<>(), new TreeMap<>())))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
        readiness.met("admin");
        cluster.accept(new NodeStatus(NODE, 1, List.of("ingress"), 1));
        GatewayDocuments documents = new GatewayDocuments(node);
        MemoryConfigStore store = new MemoryConfigStore();
        ConfigDesk desk = new ConfigDesk(cluster, new FillingStore(store, brokenStore, stillStore), () -> NOW_MS);
        TokenBook tokens = new TokenBook(store, new SecureRandom(), () -> NOW_MS);
        leases = new LeaseDesk(desk, cluster, LeaseStore.NONE, leaseClockMs::get, LeaseDesk.Others.NONE);
        ResourceDesk resources = new ResourceDesk(documents.fragments(), desk, cluster, leases, this::publish);
        List<AdminRoute> routes = new ArrayList<>(AdminRoutes.ofProcess(readiness, metrics));
        routes.addAll(AdminRoutes.ofControl(
                bus,
                documents,
                resources,
                new ConfigHistory(store, desk),
                new TokensRoute(tokens, false),
                events,
                Contract::text,
                node.quorum().members(),
                () -> NOW_MS));
        AdminHttpVerticle port = new AdminHttpVerticle(address, AdminLimits.DEFAULT, null, null, routes);
        vertx.deployVerticle(port).await(LIMIT_S, TimeUnit.SECONDS);
        port.serveContract().await(LIMIT_S, TimeUnit.SECONDS);
    }

    static Ipv4SocketAddress freeAddress() {
        return Ipv4SocketAddress.parse("127.0.0.1:" + FreePorts.next());
    }

    /** Puts the configuration of the beginning in force again. */
    void restore() {
        targetSets.install(new ConfigRevision(revision() + 1, NODE, initial));
    }

    private void publish() {
        published.incrementAndGet();
        meanwhile.get().run();
    }

    long revision() {
        return cluster.revision().number();
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
        metrics.close();
    }
}
