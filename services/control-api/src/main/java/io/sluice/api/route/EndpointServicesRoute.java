// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.EndpointServices;
import io.sluice.model.config.EndpointService;

/** {@code /v1/endpoint-services}. */
public final class EndpointServicesRoute implements AdminRoute {

    private final ResourceOperations<EndpointService> services;

    /** @param desk what to work with */
    public EndpointServicesRoute(ResourceDesk desk) {
        EndpointServices kind = new EndpointServices(desk.fragments());
        this.services = new ResourceOperations<>(desk, context -> kind, "name");
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listEndpointServices", services::list)
                .on("createEndpointService", services::create)
                .on("getEndpointService", services::get)
                .on("putEndpointService", services::put)
                .on("patchEndpointService", services::patch)
                .on("deleteEndpointService", services::delete);
    }
}
