// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.sluice.bus.cluster.ClusterMember;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.bus.cluster.MemberSpec;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.testkit.FreePorts;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Real members of one cluster in this process, each with its records. */
final class RecordMembers implements AutoCloseable {

    private static final long LIMIT_S = 60;

    private final String name;
    private final List<Ipv4SocketAddress> addresses;
    private final List<RecordMember> started = new ArrayList<>();

    /** A member and its records. */
    record RecordMember(ClusterMember member, ClusterRecords records) {
        HazelcastInstance hazelcast() {
            return member.hazelcast();
        }

        /** Goes without a word, as a process does that is killed. */
        void kill() {
            hazelcast().getLifecycleService().terminate();
        }
    }

    private RecordMembers(String name, List<Ipv4SocketAddress> addresses) {
        this.name = name;
        this.addresses = List.copyOf(addresses);
    }

    /** Room for so many members, on ports that were free. */
    static RecordMembers of(int count) {
        List<Ipv4SocketAddress> addresses = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            addresses.add(Ipv4SocketAddress.parse("127.0.0.1:" + FreePorts.next()));
        }
        return new RecordMembers("records-" + UUID.randomUUID(), addresses);
    }

    /** The same cluster, as another process is told of it. */
    static RecordMembers parse(String name, String addresses) {
        List<Ipv4SocketAddress> parsed = new ArrayList<>();
        for (String address : addresses.split(",")) {
            parsed.add(Ipv4SocketAddress.parse(address));
        }
        return new RecordMembers(name, parsed);
    }

    String name() {
        return name;
    }

    String addresses() {
        return String.join(
                ",", addresses.stream().map(Ipv4SocketAddress::toString).toList());
    }

    /** Starts a member, or starts it again. */
    RecordMember start(int index) throws TimeoutException {
        return start(index, addresses, false);
    }

    /** Starts a member whose process has run before. */
    RecordMember startAgain(int index) throws TimeoutException {
        return start(index, addresses, true);
    }

    List<Ipv4SocketAddress> all() {
        return addresses;
    }

    /** Starts a member that looks for nobody, though it would know the others. */
    RecordMember startApart(int index) throws TimeoutException {
        return start(index, List.of(), false);
    }

    /** Tells a member of all others, as an operator does. */
    void introduce(RecordMember member) {
        member.hazelcast()
                .getConfig()
                .getNetworkConfig()
                .getJoin()
                .getTcpIpConfig()
                .setMembers(addresses.stream().map(Ipv4SocketAddress::toString).toList());
    }

    private RecordMember start(int index, List<Ipv4SocketAddress> others, boolean startedBefore)
            throws TimeoutException {
        RecordsMap map = new RecordsMap();
        MemberSpec spec = new MemberSpec(
                new ClusterSettings(name, addresses.get(index), others), new NodeId("gw-" + index), true, config -> {
                    map.configure(config);
                    CompleteView.configure(config, startedBefore);
                });
        ClusterMember member = HazelcastClusterFactory.start(spec, new VertxOptions(), UnaryOperator.identity())
                .await(LIMIT_S, TimeUnit.SECONDS);
        RecordMember both = new RecordMember(member, new ClusterRecords(member.hazelcast(), map));
        started.add(both);
        return both;
    }

    @Override
    public void close() throws TimeoutException {
        for (RecordMember each : started) {
            each.records().close();
            each.member().close().await(LIMIT_S, TimeUnit.SECONDS);
        }
    }
}
