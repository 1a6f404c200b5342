// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;

/**
 * Whether the cluster knows of every flow there is: what a node that starts kept on its own disk is then worth nothing.
 *
 * <p>Somebody says so once, and it is known as long as the cluster lives: after a loss of all members at once nobody has said
 * it. <b>Threading</b>: any, but no event loop: the cluster is asked.
 */
public final class CompleteView {

    private static final String NAME = "flow-view-v1";
    private static final String COMPLETE = "complete";

    private final IMap<String, Boolean> view;

    /** Of a member's cluster. */
    public CompleteView(HazelcastInstance hazelcast) {
        view = hazelcast.getMap(NAME);
    }

    /** Whether somebody has said so. */
    public boolean isComplete() {
        return view.containsKey(COMPLETE);
    }

    /** Says so: every flow has had the time to be heard of. */
    public void complete() {
        view.set(COMPLETE, true);
    }
}
