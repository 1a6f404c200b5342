// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.config.Config;
import io.sluice.model.id.NodeId;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a member is.
 *
 * @param cluster where it is and whom it joins
 * @param node whose process it is; other members find it under this name in their
 *     {@link io.sluice.model.flow.OwnerTable}
 * @param keepsRecords whether it keeps its share of the cluster's maps, as a process that decides about flows does. One
 *     that does not is a lite member: it uses the bus and owns nothing
 * @param maps adds the maps of those who keep something in the cluster
 * @param announcements what the member says of itself from the start on, by names of whoever reads it; see
 *     {@link ClusterMember#announced}
 * @param admission whether it may stay, by what others say
 */
public record MemberSpec(
        ClusterSettings cluster,
        NodeId node,
        boolean keepsRecords,
        Consumer<Config> maps,
        Map<String, String> announcements,
        Admission admission) {

    /** Keeps a copy. */
    public MemberSpec {
        announcements = Map.copyOf(announcements);
    }

    /** A member that says nothing of itself and stays with everybody. */
    public MemberSpec(ClusterSettings cluster, NodeId node, boolean keepsRecords, Consumer<Config> maps) {
        this(cluster, node, keepsRecords, maps, Map.of(), Admission.EVERYBODY);
    }
}
