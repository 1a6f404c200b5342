// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.memberselector.MemberSelectors;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.partition.NoDataMemberInClusterException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The members that keep the cluster's maps, the bus's subscriptions among them: without one there is no bus. */
final class DataMembers {

    private static final Logger LOG = LoggerFactory.getLogger(DataMembers.class);
    private static final long POLL_MS = 200;

    private DataMembers() {}

    static boolean any(HazelcastInstance hazelcast) {
        return hazelcast.getCluster().getMembers().stream().anyMatch(MemberSelectors.DATA_MEMBER_SELECTOR::select);
    }

    /** Whether there is another than this one. */
    static boolean others(HazelcastInstance hazelcast) {
        return hazelcast.getCluster().getMembers().stream()
                .anyMatch(member -> !member.localMember() && !member.isLiteMember());
    }

    /** Whether something failed for want of one. */
    static boolean areMissedBy(@Nullable Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoDataMemberInClusterException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Waits until there is one, and says so every so often.
     *
     * @param every how often it is said
     */
    static void await(HazelcastInstance hazelcast, Duration every) throws InterruptedException {
        if (any(hazelcast)) {
            return;
        }
        Semaphore changed = new Semaphore(0);
        UUID listener = hazelcast.getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberAdded(MembershipEvent event) {
                changed.release();
            }
        });
        long startNs = System.nanoTime();
        long sayAtNs = startNs;
        while (!any(hazelcast)) {
            long nowNs = System.nanoTime();
            if (nowNs - sayAtNs >= 0) {
                sayAtNs = nowNs + every.toNanos();
                LOG.atWarn()
                        .addKeyValue("event", "cluster_without_data_member")
                        .addKeyValue("waited_s", (nowNs - startNs) / 1_000_000_000)
                        .log(
                                "cluster {} has no member with the role flow-hashing yet: this node starts when one"
                                        + " has joined",
                                hazelcast.getConfig().getClusterName());
            }
            changed.tryAcquire(POLL_MS, TimeUnit.MILLISECONDS);
        }
        hazelcast.getCluster().removeMembershipListener(listener);
    }
}
