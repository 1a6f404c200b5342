// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * Names a load balancer.
 *
 * @param name 1-32 letters, digits and hyphens, not starting with {@code internal-} (sheet 7.2)
 */
public record LoadBalancerId(String name) implements Comparable<LoadBalancerId> {

    /** Checks the name. */
    public LoadBalancerId {
        Names.require("load balancer", name);
        if (name.startsWith("internal-")) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no load balancer name: it must not start with 'internal-'");
        }
    }

    @Override
    public int compareTo(LoadBalancerId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
