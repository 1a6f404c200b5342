// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Zone;

/**
 * A registered appliance, or one that was deregistered and still drains (T17).
 *
 * @param id its id in the group
 * @param address where GENEVE goes
 * @param port UDP port, 6081 unless configured
 * @param zone its availability zone
 * @param weight share of new flows, 1-1000; 1 unless configured
 * @param registration registration incarnation: differs each time the target is registered anew
 * @param deregisteredAtMs when it was deregistered, milliseconds since 1970; 0 while it is registered
 */
public record Target(
        TargetId id, Ipv4Address address, int port, Zone zone, int weight, long registration, long deregisteredAtMs) {

    /** UDP port of GENEVE (RFC 8926 §3.3). */
    public static final int GENEVE_PORT = 6081;

    /** A target that is registered. */
    public Target(TargetId id, Ipv4Address address, int port, Zone zone, int weight, long registration) {
        this(id, address, port, zone, weight, registration, 0);
    }

    /** Checks the ranges. */
    public Target {
        Ranges.require("target port", port, 1, 65_535);
        Ranges.require("target weight", weight, 1, 1000);
        Ranges.require("time of deregistration (ms)", deregisteredAtMs, 0, Long.MAX_VALUE);
    }

    /** Whether it was deregistered: no new flow goes to it (T18). */
    public boolean draining() {
        return deregisteredAtMs != 0;
    }

    /** The same target, deregistered. */
    public Target deregistered(long atMs) {
        return new Target(id, address, port, zone, weight, registration, atMs);
    }
}
