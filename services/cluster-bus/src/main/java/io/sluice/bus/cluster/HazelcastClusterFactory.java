// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * Starts a Vert.x whose event bus spans a Hazelcast cluster.
 *
 * <p>The member binds to one address and joins those it is told of, or nobody: no multicast, no detection of clouds, no
 * phone home, no file of its own. Failure detection is set so that a hung member is out after about 3 s instead of a
 * minute and a killed one after half a second; all members must have the same settings, so they are constants here.
 *
 * <p>The community edition has no TLS: the cluster's network is trusted or tunnelled.
 */
public final class HazelcastClusterFactory {

    /**
     * Partitions of every map. Few, because batches of records are written by partition: 31 instead of Hazelcast's 271
     * writes batches of 256 a third faster and carries out entry processors three times as fast. Enough for ten data
     * members or so. Members that differ in it do not join.
     */
    public static final int PARTITION_COUNT = 31;

    private static final int HEARTBEAT_INTERVAL_S = 1;
    private static final int NO_HEARTBEAT_MAX_S = 3;
    private static final int CONNECTION_MONITOR_INTERVAL_MS = 100;
    private static final int CONNECTION_FAULTS_MAX = 1;
    private static final int MERGE_DELAY_S = 5;

    /** Not shorter: 10 s made members give up on a loaded machine and form clusters of their own. */
    private static final int JOIN_MAX_S = 120;

    /** Hazelcast waits up to 10 minutes for its partitions to be safe elsewhere; a drain has its own deadline. */
    private static final int SHUTDOWN_MAX_S = 10;

    /** How often a member that waits for one that keeps records says so. */
    private static final long SAY_EVERY_S = 30;

    /** Attribute of a member by which Vert.x knows it on the bus: new with each start. */
    static final String BUS_ATTRIBUTE = "__vertx.nodeId";

    static final int BUS_CONNECT_TIMEOUT_MS = 1_000;
    private static final long BUS_PING_INTERVAL_MS = 1_000;
    private static final long BUS_PING_ANSWER_MS = 2_000;

    private HazelcastClusterFactory() {}

    /**
     * Starts a member and a Vert.x on it. Takes 2 s alone, more where others must be found; blocks no caller.
     *
     * <p>A member that keeps no records needs one that does: until such a member has joined the result is not complete,
     * and that is logged every {@value #SAY_EVERY_S} s.
     *
     * @param spec what the member is
     * @param options of the Vert.x; taken over: host, port and time-outs of its event bus are set here
     * @param customise the place for transport, metrics factory and tracer, for example
     *     {@code builder -> builder.withTransport(transport).withMetrics(metrics)}
     * @return fails where the address cannot be bound or the cluster not be joined, or a member of it has the node's name
     */
    public static Future<ClusterMember> start(
            MemberSpec spec, VertxOptions options, UnaryOperator<VertxBuilder> customise) {
        String host = spec.cluster().address().toString();
        EventBusOptions busOptions = options.getEventBusOptions()
                .setHost(host)
                .setPort(0)
                .setClusterPublicHost(host)
                .setConnectTimeout(BUS_CONNECT_TIMEOUT_MS)
                .setClusterPingInterval(BUS_PING_INTERVAL_MS)
                .setClusterPingReplyInterval(BUS_PING_ANSWER_MS);
        options.setEventBusOptions(busOptions);
        Promise<ClusterMember> started = Promise.promise();
        joinThread(() -> join(spec, options, customise, started));
        return started.future();
    }

    private static void join(
            MemberSpec spec,
            VertxOptions options,
            UnaryOperator<VertxBuilder> customise,
            Promise<ClusterMember> started) {
        HazelcastInstance hazelcast;
        Ipv4SocketAddress listen = spec.cluster().listen();
        try {
            if (listen != null) {
                MemberPort.requireFree(listen);
            }
            hazelcast = Hazelcast.newHazelcastInstance(config(spec));
            PatientPromotions.of(hazelcast);
        } catch (RuntimeException refused) {
            started.fail(refused);
            return;
        }
        try {
            Elders.require(hazelcast, spec.node(), spec.admission(), Elders.PATIENCE);
            DataMembers.await(hazelcast, Duration.ofSeconds(SAY_EVERY_S));
        } catch (InterruptedException | RuntimeException stopped) {
            hazelcast.shutdown();
            started.fail(stopped);
            return;
        }
        OwnerWatch owners = new OwnerWatch(hazelcast);
        MemberEnd end = MemberEnd.of(hazelcast);
        List<AutoCloseable> onLeave = new CopyOnWriteArrayList<>(List.of(end, owners));
        BusClusterManager manager =
                new BusClusterManager(hazelcast, () -> onLeave.forEach(HazelcastClusterFactory::close));
        build(options, customise, manager)
                .map(vertx -> {
                    BusWatchdog watchdog = new BusWatchdog(hazelcast, manager);
                    onLeave.add(watchdog);
                    owners.start();
                    watchdog.start();
                    return new ClusterMember(vertx, hazelcast, owners, watchdog, end);
                })
                .onSuccess(started::complete)
                .onFailure(failed -> joinThread(() -> {
                    end.close();
                    owners.close();
                    hazelcast.shutdown();
                    if (!spec.keepsRecords() && DataMembers.areMissedBy(failed)) {
                        join(spec, options, customise, started);
                    } else {
                        started.fail(failed);
                    }
                }));
    }

    /** Event loops that cannot be had, for want of locked memory for their rings for example, are thrown and not told. */
    private static Future<Vertx> build(
            VertxOptions options, UnaryOperator<VertxBuilder> customise, BusClusterManager manager) {
        try {
            return customise
                    .apply(Vertx.builder().with(options))
                    .withClusterManager(manager)
                    .buildClustered();
        } catch (RuntimeException refused) {
            return Future.failedFuture(refused);
        }
    }

    private static void joinThread(Runnable task) {
        Thread.ofPlatform().name("sluice-cluster-join").daemon().start(task);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    /** The member's configuration. */
    static Config config(MemberSpec spec) {
        ClusterSettings settings = spec.cluster();
        Config config = new Config()
                .setClusterName(settings.name())
                .setNetworkConfig(network(settings))
                .setLiteMember(!spec.keepsRecords());
        config.getMemberAttributeConfig()
                .setAttribute(BUS_ATTRIBUTE, UUID.randomUUID().toString())
                .setAttribute(OwnerWatch.NODE_ATTRIBUTE, spec.node().value());
        spec.announcements()
                .forEach((name, text) -> config.getMemberAttributeConfig().setAttribute(name, text));
        config.getMetricsConfig().setEnabled(false);
        set(config, ClusterProperty.LOGGING_TYPE, "slf4j");
        set(config, ClusterProperty.PHONE_HOME_ENABLED, false);
        set(config, ClusterProperty.SHUTDOWNHOOK_ENABLED, false);
        set(config, ClusterProperty.SOCKET_BIND_ANY, false);
        set(config, ClusterProperty.PARTITION_COUNT, PARTITION_COUNT);
        set(config, ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, HEARTBEAT_INTERVAL_S);
        set(config, ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, NO_HEARTBEAT_MAX_S);
        set(config, ClusterProperty.CONNECTION_MONITOR_INTERVAL, CONNECTION_MONITOR_INTERVAL_MS);
        set(config, ClusterProperty.CONNECTION_MONITOR_MAX_FAULTS, CONNECTION_FAULTS_MAX);
        set(config, ClusterProperty.WAIT_SECONDS_BEFORE_JOIN, 0);
        set(config, ClusterProperty.MAX_JOIN_SECONDS, JOIN_MAX_S);
        set(config, ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, MERGE_DELAY_S);
        set(config, ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, MERGE_DELAY_S);
        set(config, ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, SHUTDOWN_MAX_S);
        spec.maps().accept(config);
        return config;
    }

    private static NetworkConfig network(ClusterSettings settings) {
        JoinConfig join = new JoinConfig();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        Ipv4SocketAddress listen = settings.listen();
        if (listen != null) {
            join.getTcpIpConfig().setEnabled(true).addMember(listen.toString());
            for (Ipv4SocketAddress member : settings.members()) {
                join.getTcpIpConfig().addMember(member.toString());
            }
        }
        NetworkConfig network = new NetworkConfig();
        network.setPort(settings.port()).setPortAutoIncrement(false);
        network.setInterfaces(new InterfacesConfig()
                .setEnabled(true)
                .addInterface(settings.address().toString()));
        network.setJoin(join);
        return network;
    }

    private static void set(Config config, HazelcastProperty property, Object value) {
        config.setProperty(property.getName(), String.valueOf(value));
    }
}
