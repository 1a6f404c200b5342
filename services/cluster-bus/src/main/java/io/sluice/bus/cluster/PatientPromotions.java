// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.partition.MigrationInfo;
import com.hazelcast.internal.partition.impl.MigrationInterceptor;
import com.hazelcast.internal.partition.operation.PromotionCommitOperation;
import com.hazelcast.spi.impl.operationexecutor.OperationRunner;
import com.hazelcast.spi.impl.operationservice.OperationAccessor;
import com.hazelcast.spi.impl.operationservice.impl.Invocation;
import com.hazelcast.spi.impl.operationservice.impl.OperationServiceImpl;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a member that has begun to take over the partitions of a lost one bring that to its end, however long it stood still
 * meanwhile.
 *
 * <p>Hazelcast does it in three stages, one operation that queues itself again after each, and refuses an operation that is
 * older than its call timeout as it leaves the queue: here no more than what it waits for a heartbeat (3 s). Whoever stood
 * still for as long between two stages, for want of a processor or of memory, has then begun and never ends: nothing is
 * promoted there any more, its partitions have no owner, and it merges with no cluster until it is started again (Hazelcast
 * issue 15176, there in 5.6). So the timeout is taken off an operation that has begun; who sent it waits no longer than before.
 *
 * <p><b>Threading</b>: Hazelcast calls it on the thread that begins a promotion.
 */
final class PatientPromotions implements MigrationInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(PatientPromotions.class);

    private final OperationServiceImpl operations;

    private PatientPromotions(OperationServiceImpl operations) {
        this.operations = operations;
    }

    /** Has a member do so from now on. */
    static void of(HazelcastInstance hazelcast) {
        if (hazelcast instanceof HazelcastInstanceProxy proxy) {
            var node = proxy.getOriginal().node;
            node.partitionService.setMigrationInterceptor(
                    new PatientPromotions(node.getNodeEngine().getOperationService()));
        }
    }

    @Override
    public void onPromotionStart(MigrationParticipant participant, Collection<MigrationInfo> promotions) {
        if (participant == MigrationParticipant.DESTINATION) {
            // from itself: it is among what it has asked for, wherever it runs
            for (Invocation<?> asked : operations.getInvocationRegistry()) {
                letEnd(asked.op);
            }
            // from another member: it runs on this very thread
            for (OperationRunner runner : operations.getOperationExecutor().getGenericOperationRunners()) {
                letEnd(runner.currentTask());
            }
        }
    }

    private static void letEnd(Object task) {
        if (task instanceof PromotionCommitOperation promotion) {
            OperationAccessor.setCallTimeout(promotion, Long.MAX_VALUE);
            LOG.atDebug().addKeyValue("event", "promotion_begun").log("takes over what a lost member kept");
        }
    }
}
