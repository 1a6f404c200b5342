// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.TargetGroups;
import io.sluice.model.config.TargetGroup;

/** {@code /v1/target-groups}. */
public final class TargetGroupsRoute implements AdminRoute {

    private final ResourceOperations<TargetGroup> groups;

    /** @param desk what to work with */
    public TargetGroupsRoute(ResourceDesk desk) {
        TargetGroups kind = new TargetGroups(desk.fragments());
        this.groups = new ResourceOperations<>(desk, context -> kind, "group");
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listTargetGroups", groups::list)
                .on("createTargetGroup", groups::create)
                .on("getTargetGroup", groups::get)
                .on("putTargetGroup", groups::put)
                .on("patchTargetGroup", groups::patch)
                .on("deleteTargetGroup", groups::delete);
    }
}
