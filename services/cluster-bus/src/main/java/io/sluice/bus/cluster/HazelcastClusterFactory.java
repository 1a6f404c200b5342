// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.function.UnaryOperator;

/**
 * Starts a Vert.x whose event bus spans a Hazelcast cluster.
 *
 * <p>The member binds to one address and joins those it is told of, or nobody: no multicast, no detection of clouds, no phone
 * home, no file of its own. Failure detection is set so that a hung member is out after about 3 s instead of a minute
 * and a killed one after half a second; all members must have the same settings, so they are constants here.
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

    private static final int BUS_CONNECT_TIMEOUT_MS = 1_000;
    private static final long BUS_PING_INTERVAL_MS = 1_000;
    private static final long BUS_PING_ANSWER_MS = 2_000;

    private HazelcastClusterFactory() {}

    /**
     * Starts a member and a Vert.x on it. Takes 2 s alone, more where others must be found; blocks no caller.
     *
     * @param settings where and with whom
     * @param options of the Vert.x; taken over: host, port and time-outs of its event bus are set here
     * @param customise the place for transport, metrics factory and tracer, for example
     *     {@code builder -> builder.withTransport(transport).withMetrics(metrics)}
     * @return fails where the address cannot be bound or the cluster not be joined
     */
    public static Future<Vertx> start(
            ClusterSettings settings, VertxOptions options, UnaryOperator<VertxBuilder> customise) {
        String host = settings.address().toString();
        EventBusOptions busOptions = options.getEventBusOptions()
                .setHost(host)
                .setPort(0)
                .setClusterPublicHost(host)
                .setConnectTimeout(BUS_CONNECT_TIMEOUT_MS)
                .setClusterPingInterval(BUS_PING_INTERVAL_MS)
                .setClusterPingReplyInterval(BUS_PING_ANSWER_MS);
        return customise
                .apply(Vertx.builder().with(options.setEventBusOptions(busOptions)))
                .withClusterManager(new HazelcastClusterManager(config(settings)))
                .buildClustered();
    }

    /** The member's configuration. */
    static Config config(ClusterSettings settings) {
        Config config = new Config().setClusterName(settings.name()).setNetworkConfig(network(settings));
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
