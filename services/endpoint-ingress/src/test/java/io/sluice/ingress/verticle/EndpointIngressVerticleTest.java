// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters;
import io.sluice.bus.BusFailure;
import io.sluice.bus.TypedBus;
import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPaths;
import io.sluice.datagram.DatagramTransport;
import io.sluice.datagram.PacketSlab;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.PacketConduit;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.ingress.core.IngressShard;
import io.sluice.ingress.core.LocalDecider;
import io.sluice.ingress.core.MacAccount;
import io.sluice.ingress.core.ReturnSearch;
import io.sluice.ingress.core.ShardState;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowCorrectedBatch;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.count.PathCounters;
import io.sluice.selection.feed.TargetSets;
import io.sluice.testkit.PacketBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.junit5.Timeout;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The verticle between a real socket and a real bus; the way to targets and the authority are the test's. */
@ExtendWith(VertxExtension.class)
@Timeout(value = 60, timeUnit = TimeUnit.SECONDS)
class EndpointIngressVerticleTest {

    private static final NodeId SELF = new NodeId("gw-1");
    private static final NodeId AUTHORITY = new NodeId("gw-2");
    private static final Zone ZONE = new Zone("az1");
    private static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    private static final TargetRef TARGET = new TargetRef(GROUP, new TargetId("10.1.0.11"), 1);
    private static final int COOKIE = 0xC0FF_EE01;

    /** A packet that reached the conduit. */
    private record Sent(int flowCookie, int targetIndex, int innerLengthBytes) {}

    private final PacketSlab slab = new PacketSlab(64, 2_048, 64);
    private final CopyOnWriteArrayList<Sent> sent = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger adopted = new AtomicInteger();
    private final BusCounters busCounters = new BusCounters();

    /** What an offer is answered with; 0 for what it says itself. */
    private final AtomicInteger answersCookie = new AtomicInteger();

    private final AtomicLong nowMs = new AtomicLong(1_000);
    /** While it is closed, a snapshot that is being made is never done: it asks for the time. */
    private final AtomicReference<CountDownLatch> making = new AtomicReference<>(new CountDownLatch(0));

    private final AtomicReference<OwnerTable> owners = new AtomicReference<>(OwnerTable.NOBODY);
    private final IngressGauges gauges = new IngressGauges();
    private final PathCounters counters = new PathCounters();
    private DatagramSocket endpoint;
    private Ipv4SocketAddress listen;
    private TypedBus bus;
    private DatagramPath path;
    private TargetSets targetSets;
    private EndpointIngressVerticle ingress;

    @BeforeEach
    void deploy(Vertx vertx, VertxTestContext context) throws IOException {
        endpoint = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (DatagramSocket free = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            listen = Ipv4SocketAddress.parse("127.0.0.1:" + free.getLocalPort());
        }
        bus = new TypedBus(vertx, SELF, busCounters);
        vertx.deployVerticle(loop -> verticle((ContextInternal) loop).deploy(loop))
                .onComplete(context.succeedingThenComplete());
    }

    private EndpointIngressVerticle verticle(ContextInternal loop) {
        path = DatagramPaths.open(loop.nettyEventLoop(), DatagramTransport.NIO, slab);
        FlowTable table = new FlowTable(64, TargetDirectory.TARGETS_MAX, 16);
        TargetDirectory targets = new TargetDirectory(index -> table.liveFlows(index) > 0);
        ShardState state =
                new ShardState(slab, table, targets, new FlowHasher(1, 2), counters, nowMs::get, List.of(ZONE), 1);
        GatewayModel model = model();
        targets.update(model);
        PacketConduit conduit =
                (slot,
                        innerOffset,
                        innerLengthBytes,
                        protocolType,
                        endpointId,
                        cookie,
                        zone,
                        target,
                        portSlot,
                        returnExpected) -> {
                    slab.release(slot);
                    sent.add(new Sent(cookie, target, innerLengthBytes));
                };
        targetSets = new TargetSets(SELF, new ConfigRevision(0, SELF, model), () -> {
            awaitUninterruptibly(making.get());
            return nowMs.get();
        });
        FlowCookies cookies = new FlowCookies(new byte[32]);
        LocalDecider decider = new LocalDecider(targetSets.snapshots()::get, cookies, nowMs::get);
        ingress = new EndpointIngressVerticle(
                bus,
                SELF,
                owners::get,
                path,
                listen,
                state,
                setup -> new IngressShard(
                        state,
                        conduit,
                        setup,
                        decider,
                        cookies,
                        SELF,
                        4,
                        nowMs::get,
                        new SharedByTarget<>(MacAccount::new),
                        ReturnSearch.NOWHERE,
                        ReturnForward.NOWHERE),
                decider,
                targetSets.snapshots(),
                false,
                new MacAlarms(),
                gauges);
        return ingress;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private GatewayModel model() {
        return new GatewayModel(
                List.of(ZONE),
                List.of(new TargetGroup(
                        GROUP,
                        HealthCheckSpec.DEFAULT,
                        Stickiness.FIVE_TUPLE,
                        List.of(new Target(TARGET.id(), Ipv4Address.parse("10.1.0.11"), 6081, ZONE, 1, 1)))),
                List.of(new LoadBalancer(
                        new LoadBalancerId("inspection"), List.of(ZONE), new Listener(GROUP, 350_000))),
                List.of(new Endpoint(
                        new EndpointId(7),
                        new Vni(100),
                        ZONE,
                        new LoadBalancerId("inspection"),
                        List.of(Ipv4SocketAddress.parse("127.0.0.1:" + endpoint.getLocalPort())))));
    }

    @AfterEach
    void close(VertxTestContext context) {
        endpoint.close();
        Future.fromCompletionStage(path.close()).onComplete(context.succeedingThenComplete());
    }

    private void send(int sourcePort) throws IOException {
        byte[] inner = PacketBuilder.ipv4()
                .from("10.20.0.5")
                .to("203.0.113.10")
                .tcp(sourcePort, 443)
                .flags("S")
                .build();
        byte[] plain = PacketBuilder.geneve().vni(100).payload(inner).build();
        endpoint.send(new DatagramPacket(plain, plain.length, InetAddress.getLoopbackAddress(), listen.port()));
    }

    /** An authority at another node owns everything. */
    private void authority(long start) {
        owners.set(OwnerTable.of(new OwnerTable.Owner(AUTHORITY, start), 31));
    }

    private Future<?> serve() {
        return Future.all(
                bus.serve(BusAddresses.FLOW_OPEN.at(AUTHORITY), batch -> {
                            asked.addAndGet(batch.flowCount());
                            int flows = batch.flowCount();
                            int[] cookies = new int[flows];
                            Arrays.fill(cookies, COOKIE);
                            return Future.succeededFuture(
                                    new FlowOpenedBatch(List.of(TARGET), new int[flows], cookies, new long[flows]));
                        })
                        .ready(),
                bus.serve(BusAddresses.FLOW_ADOPT.at(AUTHORITY), batch -> {
                            adopted.addAndGet(batch.flowCount());
                            int[] cookies = batch.cookies().clone();
                            if (answersCookie.get() != 0) {
                                Arrays.fill(cookies, answersCookie.get());
                            }
                            return Future.succeededFuture(
                                    new FlowOpenedBatch(batch.targets(), batch.picks(), cookies, batch.createdAtMs()));
                        })
                        .ready());
    }

    private FlowListReply list() {
        return ingress.flows(new FlowListRequest(10))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Test
    void asksTheAuthorityOverTheBusAndListsItsFlows(VertxTestContext context) throws Exception {
        serve().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        authority(1);
        await().until(() -> {
            send(40_000 + asked.get() + sent.size());
            return asked.get() > 0;
        });
        await().until(() -> sent.stream().anyMatch(packet -> packet.flowCookie == COOKIE));
        assertThat(list().flows())
                .anySatisfy(flow -> assertThat(flow.cookie()).isEqualTo(COOKIE))
                .allSatisfy(flow -> assertThat(flow.target()).isEqualTo(TARGET));
        context.completeNow();
    }

    @Test
    void decidesAloneWithoutAnAuthorityAndOffersItsFlowsToOneThatComes(VertxTestContext context) throws Exception {
        send(40_000);
        await().until(() -> sent.size() == 1);
        await().until(() -> gauges.provisionalSetups() == 1 && gauges.provisionalFlows() == 1);
        serve().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        authority(1);
        await().until(() -> gauges.provisionalFlows() == 0);
        assertThat(adopted.get()).isPositive();
        assertThat(list().flows())
                .singleElement()
                .satisfies(flow -> assertThat(flow.provisional()).isFalse());
        int before = adopted.get();
        authority(2);
        await("an authority that has started anew hears of every flow").until(() -> adopted.get() > before);
        context.completeNow();
    }

    /** A request to nobody fails before it returns; flows are offered again all the same, until somebody is there. */
    @Test
    void offersItsFlowsUntilSomebodyServesTheAuthoritysAddress(VertxTestContext context) throws Exception {
        authority(1);
        send(40_000);
        await().until(() -> sent.size() == 1);
        await().until(() -> gauges.provisionalSetups() == 1 && gauges.provisionalFlows() == 1);
        await("an offer has failed")
                .until(() -> busCounters.failures("sluice.flow.adopt.v1", BusFailure.Kind.NO_HANDLER) > 2);
        serve().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        await().until(() -> gauges.provisionalFlows() == 0);
        context.completeNow();
    }

    /** A rolling upgrade: the authority is of an earlier release, and cannot read what says how often flows were moved. */
    @Test
    void asksAnAuthorityThatCannotReadNumbersOfMovesWithoutThem(VertxTestContext context) throws Exception {
        send(40_000);
        await().until(() -> gauges.provisionalSetups() == 1 && gauges.provisionalFlows() == 1);
        Queue<FlowAdoptBatch> offers = new ConcurrentLinkedQueue<>();
        Future.all(
                        bus.serve(BusAddresses.FLOW_OPEN.at(AUTHORITY), batch -> {
                                    int[] cookies = new int[batch.flowCount()];
                                    Arrays.fill(cookies, COOKIE);
                                    return batch.wantsMoves()
                                            ? Future.failedFuture("the request cannot be read")
                                            : Future.succeededFuture(new FlowOpenedBatch(
                                                    List.of(TARGET),
                                                    new int[cookies.length],
                                                    cookies,
                                                    new long[cookies.length]));
                                })
                                .ready(),
                        bus.serve(BusAddresses.FLOW_ADOPT.at(AUTHORITY), batch -> {
                                    offers.add(batch);
                                    return batch.moves().length > 0
                                            ? Future.failedFuture("the request cannot be read")
                                            : Future.succeededFuture(new FlowOpenedBatch(
                                                    batch.targets(),
                                                    batch.picks(),
                                                    batch.cookies(),
                                                    batch.createdAtMs()));
                                })
                                .ready())
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        authority(1);
        await().until(() -> gauges.provisionalFlows() == 0);
        assertThat(offers).extracting(batch -> batch.moves().length).contains(0, 1);
        AtomicInteger sourcePort = new AtomicInteger(40_000);
        await().until(() -> {
            send(sourcePort.incrementAndGet());
            return sent.stream().anyMatch(packet -> packet.flowCookie == COOKIE);
        });
        context.completeNow();
    }

    /** P3: the authority has found another record; the flow goes by it from then on. */
    @Test
    void p3AsksAnewAboutAFlowThatTheAuthorityKnowsOtherwise(VertxTestContext context) throws Exception {
        serve().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        authority(1);
        send(40_000);
        await().until(() -> sent.stream().anyMatch(packet -> packet.flowCookie == COOKIE));
        await("offers of the start are over").until(() -> gauges.provisionalFlows() == 0);
        long[] keys = new long[FlowKey.WORDS];
        list().flows().getFirst().key().copyTo(keys, 0);
        answersCookie.set(COOKIE + 1);
        bus.publish(BusAddresses.FLOW_CORRECTED, new FlowCorrectedBatch(AUTHORITY, keys, new int[] {COOKIE}));
        bus.publish(BusAddresses.FLOW_CORRECTED, new FlowCorrectedBatch(AUTHORITY, keys, new int[] {COOKIE + 1}));
        await().until(() -> list().flows().getFirst().cookie() == COOKIE + 1);
        context.completeNow();
    }

    @Test
    void takesOverANewConfiguration(VertxTestContext context) {
        targetSets.install(new ConfigRevision(1, SELF, GatewayModel.EMPTY));
        await().until(() -> {
            send(50_000);
            return counters.drops(DropReason.ENDPOINT_UNKNOWN) > 0;
        });
        context.completeNow();
    }

    /** However long it takes: here until the test has seen enough packets pass. */
    @Test
    void packetsPassWhileASnapshotIsMade(Vertx vertx, VertxTestContext context) throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        making.set(open);
        HealthChanged report = new HealthChanged(
                SELF, 1, 1, List.of(new TargetHealth(TARGET, ZONE, HealthState.UNHEALTHY, HealthReason.NONE, 1)));
        Future<?> made = vertx.executeBlocking(() -> {
            targetSets.accept(report);
            targetSets.install(new ConfigRevision(1, SELF, GatewayModel.EMPTY));
            return true;
        });
        for (int flow = 0; flow < 100; flow++) {
            int before = sent.size();
            send(50_000 + flow);
            await().until(() -> sent.size() > before);
        }
        assertThat(made.isComplete()).isFalse();
        assertThat(counters.drops(DropReason.ENDPOINT_UNKNOWN)).isZero();
        open.countDown();
        await("once it is made, it counts").until(() -> {
            send(60_000);
            return counters.drops(DropReason.ENDPOINT_UNKNOWN) > 0;
        });
        assertThat(made.succeeded()).isTrue();
        context.completeNow();
    }
}
