// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.model.id.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The members that were in the cluster before this one, and what they have to say about its staying: its node's name must be its
 * own, as flows are asked for by the name of the node that decides about them, and two of one name would each be asked for
 * what the other has; and it must be {@link Admission admitted}. Of two that do not go together the younger leaves.
 */
final class Elders {

    /** A member that hangs and was started again elsewhere is out after 3 s, later on a machine that is busy. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long POLL_MS = 100;

    private Elders() {}

    /**
     * Waits until no elder has the node's name and none is in the way of its admission.
     *
     * @param patience after how long it is refused
     * @throws IllegalStateException naming the key and the other member
     */
    static void require(HazelcastInstance hazelcast, NodeId node, Admission admission, Duration patience)
            throws InterruptedException {
        long startNs = System.nanoTime();
        while (true) {
            Admission.Verdict verdict = judge(hazelcast, node, admission);
            if (verdict.kind() == Admission.Verdict.Kind.ADMITTED) {
                return;
            }
            if (verdict.kind() == Admission.Verdict.Kind.REFUSED || System.nanoTime() - startNs >= patience.toNanos()) {
                throw new IllegalStateException(verdict.reason());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    private static Admission.Verdict judge(HazelcastInstance hazelcast, NodeId node, Admission admission) {
        for (Member elder : of(hazelcast)) {
            if (node.equals(MemberNode.of(elder))) {
                return new Admission.Verdict(
                        Admission.Verdict.Kind.DOUBTED,
                        "node.id: '%s' is the id of the member at %s:%d of cluster %s: expected another for each process"
                                .formatted(
                                        node.value(),
                                        elder.getAddress().getHost(),
                                        elder.getAddress().getPort(),
                                        hazelcast.getConfig().getClusterName()));
            }
        }
        return admission.judge(announcement -> announced(hazelcast, announcement));
    }

    /** What they say under a name, eldest first. */
    static Map<NodeId, String> announced(HazelcastInstance hazelcast, String announcement) {
        Map<NodeId, String> announced = new LinkedHashMap<>();
        for (Member elder : of(hazelcast)) {
            NodeId node = MemberNode.of(elder);
            String text = elder.getAttribute(announcement);
            if (node != null && text != null) {
                announced.put(node, text);
            }
        }
        return announced;
    }

    /** Members are listed as they joined. */
    private static List<Member> of(HazelcastInstance hazelcast) {
        List<Member> elders = new ArrayList<>();
        for (Member member : hazelcast.getCluster().getMembers()) {
            if (member.localMember()) {
                break;
            }
            elders.add(member);
        }
        return elders;
    }
}
