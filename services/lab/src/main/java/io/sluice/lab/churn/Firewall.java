// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.List;
import java.util.stream.Stream;

/**
 * An appliance of the churn, in one target group all its life.
 *
 * @param address where it listens, which is its target id
 * @param zone where it is
 * @param group its target group
 */
record Firewall(String address, String zone, String group) {
    /** The group that most flows are at. */
    static final String MAIN_GROUP = "firewalls";

    /** The group that the listener goes over to, now and then. */
    static final String SPARE_GROUP = "spares";

    static final List<Firewall> MAIN = List.of(
            new Firewall("10.1.1.11", "az1", MAIN_GROUP),
            new Firewall("10.1.1.12", "az1", MAIN_GROUP),
            new Firewall("10.1.1.13", "az1", MAIN_GROUP),
            new Firewall("10.1.2.11", "az2", MAIN_GROUP),
            new Firewall("10.1.2.12", "az2", MAIN_GROUP),
            new Firewall("10.1.2.13", "az2", MAIN_GROUP));

    static final List<Firewall> SPARES =
            List.of(new Firewall("10.1.1.21", "az1", SPARE_GROUP), new Firewall("10.1.2.21", "az2", SPARE_GROUP));

    static final List<Firewall> ALL =
            Stream.concat(MAIN.stream(), SPARES.stream()).toList();
}
