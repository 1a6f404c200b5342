// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.LoadBalancers;
import io.sluice.api.resource.PartOf;
import io.sluice.model.config.LoadBalancer;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /v1/load-balancers}, and the {@code listener} of each. */
public final class LoadBalancersRoute implements AdminRoute {

    private static final String NAME = "name";

    private final ResourceOperations<LoadBalancer> balancers;
    private final ResourceOperations<LoadBalancer> listeners;

    /** @param desk what to work with */
    public LoadBalancersRoute(ResourceDesk desk) {
        LoadBalancers kind = new LoadBalancers(desk.fragments());
        PartOf<LoadBalancer> listener = new PartOf<>(kind, "listener", LoadBalancersRoute::listener);
        this.balancers = new ResourceOperations<>(desk, context -> kind, NAME);
        this.listeners = new ResourceOperations<>(desk, context -> listener, NAME);
    }

    private static Map<String, Object> listener(LoadBalancer balancer, Map<String, Object> part) {
        Map<String, Object> shown = new LinkedHashMap<>(part);
        shown.put("load-balancer", balancer.id().name());
        return shown;
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listLoadBalancers", balancers::list)
                .on("createLoadBalancer", balancers::create)
                .on("getLoadBalancer", balancers::get)
                .on("putLoadBalancer", balancers::put)
                .on("patchLoadBalancer", balancers::patch)
                .on("deleteLoadBalancer", balancers::delete)
                .on("getListener", listeners::get)
                .on("putListener", listeners::replace)
                .on("patchListener", listeners::patch);
    }
}
