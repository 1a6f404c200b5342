// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * This process's place in the cluster.
 *
 * <p>Closing the Vert.x leaves the cluster and ends all that belongs to the member. <b>Threading</b>: any thread.
 */
public final class ClusterMember {

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final OwnerWatch owners;
    private final BusWatchdog watchdog;
    private final MemberEnd end;

    ClusterMember(Vertx vertx, HazelcastInstance hazelcast, OwnerWatch owners, BusWatchdog watchdog, MemberEnd end) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.owners = owners;
        this.watchdog = watchdog;
        this.end = end;
    }

    /** The Vert.x whose bus spans the cluster. */
    public Vertx vertx() {
        return vertx;
    }

    /** The Hazelcast member: for the module that keeps flow records and for nobody else. */
    public HazelcastInstance hazelcast() {
        return hazelcast;
    }

    /**
     * Who owns which partition, as this process knows it: at most 100 ms old. It has no partitions while the
     * cluster is not joined or has no member that keeps records.
     */
    public OwnerTable owners() {
        return owners.current();
    }

    /**
     * What the member of a node says of itself; asks nobody, and is as new as what this process knows of the members.
     *
     * @param name of the announcement
     * @return null where no member of this name is there, it says nothing, or two members of one name do not say the same
     */
    public @Nullable String announced(NodeId node, String name) {
        Set<String> said = new HashSet<>();
        try {
            for (Member other : hazelcast.getCluster().getMembers()) {
                if (node.value().equals(other.getAttribute(OwnerWatch.NODE_ATTRIBUTE))) {
                    said.add(String.valueOf(other.getAttribute(name)));
                }
            }
        } catch (HazelcastInstanceNotActiveException left) {
            return null;
        }
        return said.size() == 1 ? said.iterator().next() : null;
    }

    /**
     * What the members that were in the cluster before this one say of themselves, by the names of their nodes, eldest first.
     *
     * @param name of the announcement; members that make none, as those of an earlier release, are left out
     */
    public Map<NodeId, String> announcedByElders(String name) {
        return Elders.announced(hazelcast, name);
    }

    /** How often the cluster had forgotten this process's place on the bus or a subscription, and was told again. */
    public long busRepairs() {
        return watchdog.repairs();
    }

    /**
     * Completes when the member has ended though this process did not leave, on a thread of the cluster's that must not
     * wait. The process has no place on the bus any more and gets none; it has to be started again.
     */
    public CompletionStage<Void> ended() {
        return end.unasked();
    }

    /**
     * Gives what it keeps for the cluster to others that do: records, and the right to decide about their flows, which this
     * process has until each partition is there. Before it leaves, so that its flows' questions are answered throughout.
     *
     * @return whether it keeps nothing any more: not where nobody else keeps records. Takes as long as the partitions take to
     *     move; fails where this process is not in a cluster
     */
    public Future<Boolean> giveAway() {
        return vertx.executeBlocking(
                        () -> {
                            if (hazelcast.getCluster().getLocalMember().isLiteMember()) {
                                return true;
                            }
                            if (!DataMembers.others(hazelcast)) {
                                return false;
                            }
                            hazelcast.getCluster().demoteLocalDataMember();
                            return true;
                        },
                        false)
                .map(Boolean.TRUE::equals);
    }

    /** Leaves the cluster and closes the Vert.x. */
    public Future<Void> close() {
        return vertx.close();
    }
}
