// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.Member;
import io.sluice.model.id.NodeId;
import org.jspecify.annotations.Nullable;

/** Which node's process a member of the cluster is. */
final class MemberNode {

    private MemberNode() {}

    /** The node; null where the member says none or what cannot be one, as a member that is no process of ours may. */
    static @Nullable NodeId of(Member member) {
        String name = member.getAttribute(OwnerWatch.NODE_ATTRIBUTE);
        try {
            return name == null ? null : new NodeId(name);
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }
}
