// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.Endpoints;
import io.sluice.model.config.Endpoint;

/** {@code /v1/endpoints}. */
public final class EndpointsRoute implements AdminRoute {

    private final ResourceOperations<Endpoint> endpoints;

    /** @param desk what to work with */
    public EndpointsRoute(ResourceDesk desk) {
        Endpoints kind = new Endpoints(desk.fragments());
        this.endpoints = new ResourceOperations<>(desk, context -> kind, "endpoint");
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listEndpoints", endpoints::list)
                .on("createEndpoint", endpoints::create)
                .on("getEndpoint", endpoints::get)
                .on("putEndpoint", endpoints::put)
                .on("patchEndpoint", endpoints::patch)
                .on("deleteEndpoint", endpoints::delete);
    }
}
