// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.Targets;
import io.sluice.model.config.Target;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code /v1/target-groups/{group}/targets}: registers, changes and deregisters targets one by one, and shows the health
 * of each.
 */
public final class GroupTargetsRoute implements AdminRoute {

    private final ResourceOperations<Target> targets;

    /** @param desk what to work with */
    public GroupTargetsRoute(ResourceDesk desk) {
        this.targets = new ResourceOperations<>(
                desk, context -> new Targets(desk.fragments(), QueryValues.path(context, "group")), "target");
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listGroupTargets", targets::list)
                .on("registerTarget", targets::create)
                .on("getTarget", targets::get)
                .on("putTarget", this::put)
                .on("patchTarget", targets::patch)
                .on("deregisterTarget", targets::delete);
    }

    private void put(RoutingContext context) {
        if (QueryValues.text(context, "lease").isPresent()) {
            NotBuiltRoute.refuse(context, "lease");
        } else {
            targets.put(context);
        }
    }
}
