// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.ClusterView;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.GatewayModel;

/**
 * The gateway at one moment, as replies show it.
 *
 * @param revision the configuration
 * @param paths where its endpoints lead
 * @param health its targets'
 */
public record View(ConfigRevision revision, EndpointPaths paths, TargetHealths health) {

    /** The gateway now. */
    public static View of(ClusterView cluster) {
        return of(cluster, cluster.revision());
    }

    /** The gateway with a revision of its configuration, whatever came after that. */
    public static View of(ClusterView cluster, ConfigRevision revision) {
        return new View(revision, new EndpointPaths(revision.model()), new TargetHealths(cluster.snapshot()));
    }

    /** The configuration's model. */
    public GatewayModel model() {
        return revision.model();
    }
}
