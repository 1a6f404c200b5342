// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.testkit.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Real members of one cluster in this process, on loopback and on ports that were free. */
public final class Members implements AutoCloseable {

    private static final long LIMIT_S = 60;

    private final String name = "test-" + UUID.randomUUID();
    private final List<Ipv4SocketAddress> addresses = new ArrayList<>();
    private final List<ClusterMember> started = new ArrayList<>();

    /** Room for so many members; none is started. */
    public Members(int count) {
        for (int index = 0; index < count; index++) {
            addresses.add(Ipv4SocketAddress.parse("127.0.0.1:" + FreePorts.next()));
        }
    }

    /** Where the member is and whom it joins. */
    public ClusterSettings settings(int index) {
        return new ClusterSettings(name, addresses.get(index), addresses);
    }

    /** The Hazelcast member at this place, also before the start is complete. */
    public HazelcastInstance hazelcast(int index) {
        return Hazelcast.getAllHazelcastInstances().stream()
                .filter(member ->
                        member.getCluster().getLocalMember().getAddress().getPort()
                                == addresses.get(index).port())
                .findFirst()
                .orElseThrow();
    }

    /** Starts a member, or starts it again. */
    public Vertx start(int index) throws TimeoutException {
        return member(index).vertx();
    }

    /** Starts a member that keeps records, or starts it again. */
    public ClusterMember member(int index) throws TimeoutException {
        return started(starting(spec(index, true)));
    }

    /** Its node is {@code gw-} and its index. */
    public MemberSpec spec(int index, boolean keepsRecords) {
        return new MemberSpec(settings(index), new NodeId("gw-" + index), keepsRecords, config -> {});
    }

    /** Begins to start a member. */
    public static Future<ClusterMember> starting(MemberSpec spec) {
        return HazelcastClusterFactory.start(spec, new VertxOptions(), UnaryOperator.identity());
    }

    /** Waits until it has started; it is closed with the others. */
    public ClusterMember started(Future<ClusterMember> starting) throws TimeoutException {
        ClusterMember member = starting.await(LIMIT_S, TimeUnit.SECONDS);
        started.add(member);
        return member;
    }

    @Override
    public void close() throws TimeoutException {
        for (ClusterMember member : started) {
            member.close().await(LIMIT_S, TimeUnit.SECONDS);
        }
    }
}
