// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.bus.cluster.ClusterMember;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.bus.cluster.MemberSpec;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.records.cluster.ClusterRecords;
import io.sluice.records.cluster.RecordsMap;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A member of a cluster of two that keeps flow records; the other one is a process of its own.
 *
 * @param member its membership
 * @param self who it is
 * @param records what it keeps with the other
 */
record RecordMember(ClusterMember member, NodeId self, ClusterRecords records) {

    /** Argument of the process that is the other member. */
    static final String BACKUP = "backup";

    private static final String CLUSTER = "record-rates";
    private static final int PORT = 15_701;
    private static final int START_SECONDS = 120;

    /** Joins as the first or second of the two. */
    static RecordMember start(int index) throws Exception {
        List<Ipv4SocketAddress> all = List.of(
                Ipv4SocketAddress.parse("127.0.0.1:" + PORT), Ipv4SocketAddress.parse("127.0.0.1:" + (PORT + 1)));
        RecordsMap map = new RecordsMap();
        NodeId self = new NodeId("gw-" + index);
        ClusterMember member = HazelcastClusterFactory.start(
                        new MemberSpec(new ClusterSettings(CLUSTER, all.get(index), all), self, true, map::configure),
                        new VertxOptions(),
                        UnaryOperator.identity())
                .await(START_SECONDS, TimeUnit.SECONDS);
        return new RecordMember(member, self, new ClusterRecords(member.hazelcast(), map));
    }

    /** Starts the second in a process of its own and waits until each has a copy of the other's; ends it when closed. */
    static AutoCloseable startBackup(RecordMember first) throws Exception {
        Process backup = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4",
                        "-Xmx3g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RecordRates.class.getName(),
                        BACKUP)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            while (first.member().hazelcast().getCluster().getMembers().size() < 2
                    || !first.member().hazelcast().getPartitionService().isClusterSafe()) {
                if (!backup.isAlive()) {
                    throw new IllegalStateException("the second member has ended");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (Exception failed) {
            backup.destroyForcibly();
            throw failed;
        }
        return backup::destroyForcibly;
    }

    /** The life of the second: it ends with the one that started it. */
    static void backup() throws Exception {
        start(1);
        while (System.in.read() >= 0) {
            // nothing is said
        }
        Runtime.getRuntime().halt(0);
    }
}
