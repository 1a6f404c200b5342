// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.model.id.NodeId;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a member has a node's name to itself: flows are asked for by the name of the node that decides about them,
 * so two of one name would each be asked for what the other has, and neither would decide.
 */
final class MemberNames {

    /** A member that hangs and was started again elsewhere is out after 3 s, later on a machine that is busy. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long POLL_MS = 100;

    private MemberNames() {}

    /**
     * Waits until no member that was there before has the same name.
     *
     * @param patience after how long it is refused
     * @throws IllegalStateException naming the other member
     */
    static void requireOwn(HazelcastInstance hazelcast, NodeId node, Duration patience) throws InterruptedException {
        long startNs = System.nanoTime();
        for (Member namesake = elder(hazelcast, node); namesake != null; namesake = elder(hazelcast, node)) {
            if (System.nanoTime() - startNs >= patience.toNanos()) {
                throw new IllegalStateException(
                        "node.id: '%s' is the id of the member at %s:%d of cluster %s: expected another for each process"
                                .formatted(
                                        node.value(),
                                        namesake.getAddress().getHost(),
                                        namesake.getAddress().getPort(),
                                        hazelcast.getConfig().getClusterName()));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /** Members are listed as they joined. */
    private static @Nullable Member elder(HazelcastInstance hazelcast, NodeId node) {
        for (Member member : hazelcast.getCluster().getMembers()) {
            if (member.localMember()) {
                return null;
            }
            if (node.value().equals(member.getAttribute(OwnerWatch.NODE_ATTRIBUTE))) {
                return member;
            }
        }
        return null;
    }
}
