// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * Names an availability zone.
 *
 * @param name 1-32 letters, digits and hyphens
 */
public record Zone(String name) implements Comparable<Zone> {

    /** Checks the name. */
    public Zone {
        Names.require("zone", name);
    }

    @Override
    public int compareTo(Zone other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
