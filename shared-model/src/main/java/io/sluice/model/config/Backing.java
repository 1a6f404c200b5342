// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;

/** What an endpoint leads to. */
public sealed interface Backing {

    /**
     * An endpoint service.
     *
     * @param id which
     */
    record Service(EndpointServiceId id) implements Backing {}

    /**
     * A load balancer itself: an implicit service of that one alone, which takes every account without acceptance, and
     * whatever the load balancer takes.
     *
     * @param id which
     */
    record Balancer(LoadBalancerId id) implements Backing {}
}
