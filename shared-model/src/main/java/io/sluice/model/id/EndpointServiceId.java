// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * Names an endpoint service.
 *
 * @param name 1-32 letters, digits and hyphens
 */
public record EndpointServiceId(String name) implements Comparable<EndpointServiceId> {

    /** Checks the name. */
    public EndpointServiceId {
        Names.require("endpoint service", name);
    }

    @Override
    public int compareTo(EndpointServiceId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
