// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.partition.MigrationState;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.ReplicaMigrationEvent;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.flow.OwnerTable.Owner;
import io.sluice.model.id.NodeId;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the table of owners up to date: looked up every {@value #PERIOD_MS} ms, and at once when a member comes or goes
 * or a partition moves. Looking it up takes a few microseconds and asks nobody.
 *
 * <p><b>Threading</b>: one thread of its own writes; the table can be read from any.
 */
final class OwnerWatch implements AutoCloseable {

    /** Attribute of a member: the node whose process it is. */
    static final String NODE_ATTRIBUTE = "sluice-node";

    private static final Logger LOG = LoggerFactory.getLogger(OwnerWatch.class);
    private static final long PERIOD_MS = 100;

    private final HazelcastInstance hazelcast;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("sluice-owners").unstarted(task));
    private volatile OwnerTable current = OwnerTable.NOBODY;

    /** How often each partition has gone from this member to another: it may come back between two looks. */
    private final AtomicIntegerArray lost = new AtomicIntegerArray(HazelcastClusterFactory.PARTITION_COUNT);

    OwnerWatch(HazelcastInstance hazelcast) {
        this.hazelcast = hazelcast;
    }

    void start() {
        hazelcast.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                if (MemberNode.of(event.getMember()) == null) {
                    LOG.atWarn()
                            .addKeyValue("event", "member_of_no_node")
                            .addKeyValue("member", event.getMember().getAddress())
                            .log("a member of the cluster is no process of a node: its partitions are nobody's");
                }
                lookSoon();
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                lookSoon();
            }
        });
        hazelcast.getPartitionService().addMigrationListener(new MigrationListener() {
            @Override
            public void migrationStarted(MigrationState state) {
                lookSoon();
            }

            @Override
            public void migrationFinished(MigrationState state) {
                lookSoon();
            }

            @Override
            public void replicaMigrationCompleted(ReplicaMigrationEvent event) {
                Member source = event.getSource();
                if (event.getReplicaIndex() == 0 && source != null && source.localMember()) {
                    lost.incrementAndGet(event.getPartitionId());
                }
                lookSoon();
            }

            @Override
            public void replicaMigrationFailed(ReplicaMigrationEvent event) {
                lookSoon();
            }
        });
        look();
        ScheduledFuture<?> _ = thread.scheduleWithFixedDelay(this::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    OwnerTable current() {
        return current;
    }

    private void lookSoon() {
        try {
            thread.execute(this::look);
        } catch (RejectedExecutionException closed) {
            LOG.atDebug().addKeyValue("event", "owners_closed").log("not looked up: the member is leaving");
        }
    }

    private void look() {
        @Nullable Owner[] owners;
        try {
            owners = owners();
        } catch (HazelcastInstanceNotActiveException left) {
            owners = new Owner[0];
        } catch (RuntimeException notNow) {
            // a table that is half-way through a change: as nobody's, until the next look
            LOG.atDebug()
                    .setCause(notNow)
                    .addKeyValue("event", "owners_unknown")
                    .log("who owns what is not known");
            owners = new Owner[0];
        }
        OwnerTable found = OwnerTable.of(owners);
        if (!found.equals(current)) {
            current = found;
        }
    }

    private @Nullable Owner[] owners() {
        if (!DataMembers.any(hazelcast)) {
            return new Owner[0];
        }
        @Nullable Owner[] owners = new Owner[HazelcastClusterFactory.PARTITION_COUNT];
        for (Partition partition : hazelcast.getPartitionService().getPartitions()) {
            owners[partition.getPartitionId()] = ownerOf(partition.getOwner(), partition.getPartitionId());
        }
        return owners;
    }

    /** A member that has lost its cluster and joins again does so under another id. */
    private @Nullable Owner ownerOf(@Nullable Member member, int partition) {
        NodeId node = member == null ? null : MemberNode.of(member);
        return member == null || node == null
                ? null
                : new Owner(
                        node,
                        member.getUuid().getMostSignificantBits() + (member.localMember() ? lost.get(partition) : 0));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        current = OwnerTable.NOBODY;
    }
}
