// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HazelcastClusterFactoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void joinsOnlyWhomItIsToldOf() {
        NetworkConfig network = HazelcastClusterFactory.config(spec(new ClusterSettings(
                        "sluice",
                        Ipv4SocketAddress.parse("10.2.0.1:5701"),
                        List.of(Ipv4SocketAddress.parse("10.2.0.2:5702")))))
                .getNetworkConfig();
        assertThat(network.getJoin().getMulticastConfig().isEnabled()).isFalse();
        assertThat(network.getJoin().getAutoDetectionConfig().isEnabled()).isFalse();
        assertThat(network.getJoin().getTcpIpConfig().isEnabled()).isTrue();
        assertThat(network.getJoin().getTcpIpConfig().getMembers()).containsExactly("10.2.0.1:5701", "10.2.0.2:5702");
        assertThat(network.getPort()).isEqualTo(5701);
        assertThat(network.isPortAutoIncrement()).isFalse();
        assertThat(network.getInterfaces().isEnabled()).isTrue();
        assertThat(network.getInterfaces().getInterfaces()).containsExactly("10.2.0.1");
    }

    @Test
    void pinsWhatMembersMustAgreeOn() {
        Config config = HazelcastClusterFactory.config(
                spec(new ClusterSettings("sluice", Ipv4SocketAddress.parse("127.0.0.1:5701"), List.of())));
        assertThat(config.getClusterName()).isEqualTo("sluice");
        assertThat(config.getMetricsConfig().isEnabled()).isFalse();
        assertThat(config.getProperties())
                .containsEntry("hazelcast.logging.type", "slf4j")
                .containsEntry("hazelcast.phone.home.enabled", "false")
                .containsEntry("hazelcast.shutdownhook.enabled", "false")
                .containsEntry("hazelcast.socket.bind.any", "false")
                .containsEntry("hazelcast.partition.count", "31")
                .containsEntry("hazelcast.heartbeat.interval.seconds", "1")
                .containsEntry("hazelcast.max.no.heartbeat.seconds", "3")
                .containsEntry("hazelcast.connection.monitor.interval", "100")
                .containsEntry("hazelcast.connection.monitor.max.faults", "1")
                .containsEntry("hazelcast.wait.seconds.before.join", "0")
                .containsEntry("hazelcast.max.join.seconds", "120")
                .containsEntry("hazelcast.merge.first.run.delay.seconds", "5")
                .containsEntry("hazelcast.merge.next.run.delay.seconds", "5")
                .containsEntry("hazelcast.graceful.shutdown.max.wait", "10");
    }

    @Test
    void refusesANameThatHazelcastWouldTakeAndPeopleWouldMistype() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterSettings("", null, List.of()))
                .withMessageStartingWith("'' is no cluster name");
    }

    @Test
    void aloneIsOnLoopbackAtAnyPortAndJoinsNobody() {
        ClusterSettings alone = ClusterSettings.alone();
        assertThat(alone.isAlone()).isTrue();
        assertThat(alone.name()).isNotEqualTo(ClusterSettings.alone().name());
        assertThat(alone.members()).isEmpty();
        NetworkConfig network = HazelcastClusterFactory.config(spec(alone)).getNetworkConfig();
        assertThat(network.getPort()).isZero();
        assertThat(network.getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
        assertThat(network.getJoin().getTcpIpConfig().isEnabled()).isFalse();
        assertThat(network.getJoin().getMulticastConfig().isEnabled()).isFalse();
        assertThat(network.getJoin().getAutoDetectionConfig().isEnabled()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new ClusterSettings("sluice", null, List.of(Ipv4SocketAddress.parse("127.0.0.1:5701"))))
                .withMessageStartingWith("a member that stands alone joins nobody");
    }

    @Test
    void aMemberOnLoopbackIsOutOfReachOfOthersButItsNeighbours() {
        Ipv4SocketAddress loopback = Ipv4SocketAddress.parse("127.0.0.1:5701");
        Ipv4SocketAddress neighbour = Ipv4SocketAddress.parse("127.0.0.2:5701");
        Ipv4SocketAddress host = Ipv4SocketAddress.parse("10.2.0.1:5701");
        Ipv4SocketAddress other = Ipv4SocketAddress.parse("10.2.0.2:5701");
        assertThat(new ClusterSettings("sluice", loopback, List.of(neighbour, host, other)).outOfReach())
                .contains(host);
        assertThat(new ClusterSettings("sluice", loopback, List.of(neighbour)).outOfReach())
                .isEmpty();
        assertThat(new ClusterSettings("sluice", host, List.of(other)).outOfReach())
                .isEmpty();
        assertThat(ClusterSettings.alone().outOfReach()).isEmpty();
    }

    /** A machine that has no memory for one more ring. */
    @Test
    void loopsThatCannotBeHadFailTheStartAndLeaveNoMember() {
        Transport exhausted = new Transport() {
            @Override
            public String name() {
                return "exhausted";
            }

            @Override
            public boolean available() {
                return true;
            }

            @Override
            public @Nullable Throwable unavailabilityCause() {
                return null;
            }

            @Override
            public io.vertx.core.spi.transport.Transport implementation() {
                throw new IllegalStateException("failed to create a child event loop");
            }
        };
        Future<ClusterMember> starting = HazelcastClusterFactory.start(
                spec(ClusterSettings.alone()), new VertxOptions(), builder -> builder.withTransport(exhausted));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> starting.await(60, TimeUnit.SECONDS))
                .withMessage("failed to create a child event loop");
        assertThat(Hazelcast.getAllHazelcastInstances()).isEmpty();
    }

    @Test
    void namesTheKeyOfAnAddressThatCannotBeHad() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String listen : List.of("127.0.0.1:" + taken.getLocalPort(), "192.0.2.1:5701", "127.0.63.1:5701")) {
                ClusterSettings settings = new ClusterSettings("sluice", Ipv4SocketAddress.parse(listen), List.of());
                assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> Members.starting(spec(settings)).await(60, TimeUnit.SECONDS))
                        .withMessageStartingWith("cluster.listen: cannot bind TCP " + listen + " (");
            }
        }
    }

    @Test
    void twoThatStandAloneLiveOnOneMachineAndHearNothingOfEachOther() throws TimeoutException {
        Vertx first = alone();
        Vertx second = alone();
        List<Object> heard = new CopyOnWriteArrayList<>();
        for (Vertx vertx : List.of(first, second)) {
            vertx.eventBus()
                    .consumer("greeting", message -> heard.add(message.body()))
                    .completion()
                    .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        first.eventBus().publish("greeting", "from the first");
        second.eventBus().publish("greeting", "from the second");
        await().atMost(PATIENCE).until(() -> heard.size() >= 2);
        first.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        second.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(heard).containsExactlyInAnyOrder("from the first", "from the second");
    }

    /** Hazelcast gives up by itself after a merge that fails, or without memory; a process that leaves is not told of it. */
    @Test
    void aMemberThatEndsThoughNobodyAskedItToIsNoticedAndOneThatLeavesIsNot() throws TimeoutException {
        ClusterMember member =
                Members.starting(spec(ClusterSettings.alone())).await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        AtomicInteger ended = new AtomicInteger();
        member.ended().thenRun(ended::incrementAndGet);
        ClusterMember leaving =
                Members.starting(spec(ClusterSettings.alone())).await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        AtomicInteger left = new AtomicInteger();
        leaving.ended().thenRun(left::incrementAndGet);

        leaving.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(leaving.hazelcast().getLifecycleService().isRunning()).isFalse();
        member.hazelcast().getLifecycleService().terminate();

        await().atMost(PATIENCE).until(() -> ended.get() == 1);
        assertThat(left).hasValue(0);
        // what it leaves behind is closed all the same
        member.close().transform(closed -> Future.succeededFuture()).await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static Vertx alone() throws TimeoutException {
        return Members.starting(spec(ClusterSettings.alone()))
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .vertx();
    }

    private static MemberSpec spec(ClusterSettings settings) {
        return new MemberSpec(settings, new NodeId("gw-a"), true, config -> {});
    }

    @Test
    void bindsTheBusToTheMembersAddressAndLetsTheCallerChooseTheRest() throws TimeoutException {
        Members members = new Members(1);
        VertxOptions options = new VertxOptions().setEventLoopPoolSize(1);
        AtomicInteger customised = new AtomicInteger();
        Vertx vertx = HazelcastClusterFactory.start(spec(members.settings(0)), options, builder -> {
                    customised.incrementAndGet();
                    return builder;
                })
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .vertx();
        assertThat(vertx.isClustered()).isTrue();
        assertThat(customised).hasValue(1);
        assertThat(options.getEventLoopPoolSize()).isEqualTo(1);
        assertThat(options.getEventBusOptions().getHost()).isEqualTo("127.0.0.1");
        assertThat(options.getEventBusOptions().getPort()).isZero();
        vertx.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void listensOnItsOneAddressOnly() throws Exception {
        try (Members members = new Members(1)) {
            members.start(0);
            int port = members.settings(0).port();
            try (Socket own = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                assertThat(own.isConnected()).isTrue();
            }
            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.2"), port).close());
        }
    }

    @Test
    void failsWhereTheAddressIsTaken() throws TimeoutException {
        try (Members members = new Members(1)) {
            members.start(0);
            Future<ClusterMember> second = Members.starting(members.spec(0, true));
            await().atMost(PATIENCE).until(second::isComplete);
            assertThat(second.failed()).isTrue();
        }
    }
}
