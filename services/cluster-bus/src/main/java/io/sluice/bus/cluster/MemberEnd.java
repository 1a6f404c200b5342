// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the Hazelcast member has ended though this process did not leave: it gives up where it finds no way back
 * into the cluster after a merge, or has run out of memory. It cannot be started again under the same Vert.x.
 *
 * <p><b>Threading</b>: Hazelcast tells it on any thread.
 */
final class MemberEnd implements LifecycleListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberEnd.class);

    private final CompletableFuture<Void> unasked = new CompletableFuture<>();
    private volatile boolean leaving;

    /** Follows a member; one that has ended already is noticed too. */
    static MemberEnd of(HazelcastInstance hazelcast) {
        MemberEnd end = new MemberEnd();
        hazelcast.getLifecycleService().addLifecycleListener(end);
        if (!hazelcast.getLifecycleService().isRunning()) {
            end.ended();
        }
        return end;
    }

    @Override
    public void stateChanged(LifecycleEvent event) {
        if (event.getState() == LifecycleState.SHUTDOWN) {
            ended();
        }
    }

    private void ended() {
        if (!leaving && !unasked.isDone()) {
            LOG.atError()
                    .addKeyValue("event", "cluster_member_ended")
                    .log("this process's cluster member has ended by itself: it hears and is heard of nobody");
            unasked.complete(null);
        }
    }

    /** Completes when the member has ended unasked, on Hazelcast's thread. */
    CompletionStage<Void> unasked() {
        return unasked.minimalCompletionStage();
    }

    /** From now on the member may end. */
    @Override
    public void close() {
        leaving = true;
    }
}
