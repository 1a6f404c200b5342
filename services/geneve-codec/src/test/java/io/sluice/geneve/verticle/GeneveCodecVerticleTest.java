// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters;
import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPaths;
import io.sluice.datagram.DatagramTransport;
import io.sluice.datagram.PacketSlab;
import io.sluice.geneve.core.DataPathProbes;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.MisaddressedReturns;
import io.sluice.geneve.core.ReturnDecoder;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.geneve.core.ShardObservations;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.DataPathVerdict.State;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.TargetObserved;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.count.PathCounters;
import io.sluice.testkit.PacketBuilder;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback; the target is an ordinary socket of the JDK. */
class GeneveCodecVerticleTest {

    private static final NodeId SELF = new NodeId("gw-1");
    private static final Zone ZONE = new Zone("az1");
    private static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    private static final Target SECOND =
            new Target(new TargetId("fw-2"), Ipv4Address.parse("127.0.0.2"), 6081, ZONE, 1, 1);
    private static final int SOURCE_PORTS = 4;
    private static final byte[] INNER = PacketBuilder.ipv4()
            .from("10.0.0.1")
            .to("10.0.0.2")
            .udp(1, 2)
            .payloadBytes(20)
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, SELF, new BusCounters());
    private final PacketSlab slab = new PacketSlab(64, 2_048, 64);
    private final PathCounters counters = new PathCounters();
    private final Set<Integer> held = ConcurrentHashMap.newKeySet();
    private final TargetDirectory targets = new TargetDirectory(held::contains);
    private final TargetSockets sockets = new TargetSockets(1, SOURCE_PORTS);
    private final AtomicInteger returned = new AtomicInteger();
    private DatagramSocket target;
    private Ipv4SocketAddress listen;
    private DatagramPath path;
    private Context loop;
    private Latest<ConfigRevision> revisions;

    @BeforeEach
    void deploy() throws Exception {
        target = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        target.setSoTimeout(10_000);
        try (DatagramSocket free = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            listen = Ipv4SocketAddress.parse("127.0.0.1:" + free.getLocalPort());
        }
        revisions = new Latest<>(new ConfigRevision(1, SELF, model()));
        done(vertx.deployVerticle(codec()));
    }

    private Deployable codec() {
        ReturnReceiver ingress = new ReturnReceiver() {
            @Override
            public void onReturn(
                    int slot,
                    int innerOffset,
                    int innerLengthBytes,
                    int protocolType,
                    long endpointId,
                    int flowCookie,
                    int outerSourceAddress) {
                slab.release(slot);
                returned.incrementAndGet();
            }

            @Override
            public void onReturnBatchEnd() {
                // nothing gathers
            }
        };
        return context -> {
            loop = context;
            path = DatagramPaths.open(((ContextInternal) context).nettyEventLoop(), DatagramTransport.NIO, slab);
            DataPathProbes probes = new DataPathProbes(
                    slab, targets, sockets, counters, (index, sequence) -> (int) sequence, List.of(ZONE));
            return new GeneveCodecVerticle(
                            bus,
                            SELF,
                            1,
                            path,
                            List.of(listen),
                            sockets,
                            targets,
                            probes,
                            ShardObservations.alone(),
                            () -> System.nanoTime() / 1_000_000,
                            revisions,
                            new ReturnDecoder(slab, targets, counters, probes, ingress),
                            new MisaddressedReturns(slab, targets, counters))
                    .deploy(context);
        };
    }

    private GatewayModel model(Target... more) {
        return model(DataPathProbe.DEFAULT, more);
    }

    private GatewayModel model(DataPathProbe probe, Target... more) {
        List<Target> all = new ArrayList<>(List.of(
                new Target(new TargetId("fw"), Ipv4Address.parse("127.0.0.1"), target.getLocalPort(), ZONE, 1, 1)));
        all.addAll(List.of(more));
        return new GatewayModel(
                List.of(ZONE),
                List.of(new TargetGroup(
                        GROUP,
                        HealthCheckSpec.DEFAULT,
                        Stickiness.FIVE_TUPLE,
                        FailurePolicy.DEFAULT,
                        probe,
                        PassiveDetection.DEFAULT,
                        0,
                        true,
                        all)),
                List.of(new LoadBalancer(
                        new LoadBalancerId("inspection"), List.of(ZONE), new Listener(GROUP, 350_000))),
                List.of());
    }

    private void publish(long number, GatewayModel model) {
        revisions.set(new ConfigRevision(number, SELF, model));
    }

    private boolean permitted(Target target) {
        return onLoop(() -> targets.permitted(target.address().bits()));
    }

    @AfterEach
    void close() {
        done(Future.fromCompletionStage(onLoop(path::close)));
        done(vertx.close());
        target.close();
        assertThat(slab.freeCount()).isEqualTo(slab.slotCount());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private <T> T onLoop(Callable<T> work) {
        return done(Future.<T>future(promise -> loop.runOnContext(turn -> {
            try {
                promise.complete(work.call());
            } catch (Exception failed) {
                promise.fail(failed);
            }
        })));
    }

    private DatagramPacket sendToTarget(int portSlot) throws Exception {
        onLoop(() -> {
            int slot = slab.acquire();
            int inner = slab.dataStart(slot);
            slab.memory().put(inner, INNER);
            new DirectConduit(slab.memory(), targets, sockets)
                    .toTarget(slot, inner, INNER.length, 0x0800, 7, 9, 0, 0, portSlot, false);
            path.flush();
            return null;
        });
        DatagramPacket received = new DatagramPacket(new byte[2_048], 2_048);
        target.receive(received);
        return received;
    }

    private void answer(DatagramPacket received, int toPort) throws Exception {
        target.send(new DatagramPacket(received.getData(), received.getLength(), received.getAddress(), toPort));
    }

    @Test
    void w2SendsFromTheNodesAddressToTheTargetsAddressAndPort() throws Exception {
        DatagramPacket received = sendToTarget(0);
        assertThat(received.getAddress().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(received.getLength()).isEqualTo(40 + INNER.length);
    }

    @Test
    void w4SendsFromOtherPortsThanItListensOn() throws Exception {
        for (int slot = 0; slot < SOURCE_PORTS; slot++) {
            DatagramPacket received = sendToTarget(slot);
            assertThat(received.getPort()).isNotEqualTo(listen.port());
            answer(received, listen.port());
        }
        await().until(() -> returned.get() == SOURCE_PORTS);
    }

    @Test
    void w5APortSlotKeepsItsSourcePortOfTheDynamicRange() throws Exception {
        List<Integer> ports = new ArrayList<>();
        for (int slot = 0; slot < SOURCE_PORTS; slot++) {
            ports.add(sendToTarget(slot).getPort());
            assertThat(sendToTarget(slot).getPort()).isEqualTo(ports.getLast());
        }
        assertThat(ports)
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isBetween(GeneveCodecVerticle.SOURCE_PORT_FIRST, 65_535));
    }

    @Test
    void w3TakesReturnsAtTheGenevePortOnly() throws Exception {
        DatagramPacket received = sendToTarget(0);
        answer(received, listen.port());
        await().until(() -> returned.get() == 1);
        answer(received, received.getPort());
        await().until(() -> counters.drops(DropReason.RETURN_PORT) == 1);
        assertThat(returned).hasValue(1);
    }

    @Test
    void takesTargetsOverFromANewConfiguration() {
        publish(2, model(SECOND));
        await().until(() -> permitted(SECOND));
    }

    /** The last flow of a target that is gone ends without a change of the configuration. */
    @Test
    void freesWhatFlowsNoLongerHoldAlthoughTheConfigurationStays() {
        publish(2, model(SECOND));
        await().until(() -> permitted(SECOND));
        int index = onLoop(() -> targets.indexOf(new TargetRef(GROUP, SECOND.id(), 1)));
        held.add(index);
        publish(3, model());
        onLoop(() -> null);
        assertThat(onLoop(targets::departedCount)).isOne();
        assertThat(permitted(SECOND)).isTrue();
        held.clear();
        await().until(() -> !permitted(SECOND));
    }

    @Test
    void publishesAVerdictAtOnceWhenItChanges() throws Exception {
        CopyOnWriteArrayList<TargetObserved> heard = new CopyOnWriteArrayList<>();
        done(bus.listen(BusAddresses.TARGET_OBSERVED, heard::add).ready());
        publish(2, model(new DataPathProbe(true, false, 50, 1)));
        DatagramPacket probe = new DatagramPacket(new byte[2_048], 2_048);
        target.receive(probe);
        assertThat(probe.getLength()).isEqualTo(80);
        answer(probe, listen.port());
        TargetRef ref = new TargetRef(GROUP, new TargetId("fw"), 1);
        await().until(() -> heard.stream()
                .anyMatch(seen -> seen.verdicts().contains(new DataPathVerdict(ref, ZONE, State.PASSING))));
        await().until(() -> heard.stream()
                .anyMatch(seen -> seen.verdicts().contains(new DataPathVerdict(ref, ZONE, State.FAILING))));
    }

    @Test
    void saysWhatItSawOfTargets() throws Exception {
        CopyOnWriteArrayList<TargetObserved> heard = new CopyOnWriteArrayList<>();
        done(bus.listen(BusAddresses.TARGET_OBSERVED, heard::add).ready());
        answer(sendToTarget(1), listen.port());
        await().until(() -> returned.get() == 1);
        await().until(() -> heard.stream().anyMatch(seen -> !seen.targets().isEmpty()));
        TargetObserved.Observation seen = heard.getLast().targets().getFirst();
        assertThat(seen.target().id()).isEqualTo(new TargetId("fw"));
        assertThat(seen.sentPackets()).isOne();
        assertThat(seen.sentBytes()).isEqualTo(INNER.length);
    }

    /** A second node on the same address must not start; it says which address and port are taken. */
    @Test
    void cannotStartWhereItsAddressIsTaken() {
        DatagramPath first = path;
        assertThatThrownBy(() -> done(vertx.deployVerticle(codec()))).hasMessageContaining("cannot bind UDP " + listen);
        done(Future.fromCompletionStage(onLoop(path::close)));
        path = first;
    }
}
