// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.KnownEndpoint;
import io.sluice.lab.net.Namespace;
import java.util.ArrayList;
import java.util.List;

/**
 * A spoke's presence in a zone: the endpoint that its application host's packets enter by.
 *
 * @param spoke 1 or 2; the second has the same addresses as the first, and another owner
 * @param endpoint its id
 * @param vni of the endpoint
 * @param underlay address of the spoke that the endpoint is attached from
 */
record Site(int spoke, Zone zone, KnownEndpoint endpoint, int vni, String underlay) {
    /** Owner of the second spoke's endpoint. */
    static final String SECOND_ACCOUNT = "222222222222";

    /** The second spoke in the first zone. */
    static final Site SECOND = new Site(
            2, Zone.ALL.get(0), KnownEndpoint.of("vpce-0c3d4e5f60718293a", "az1"), 101, DemoTopology.SECOND_UNDERLAY);

    /** Every site of both spokes. */
    static List<Site> all() {
        List<Site> sites = new ArrayList<>(Zone.ALL.stream().map(Site::first).toList());
        sites.add(SECOND);
        return sites;
    }

    /** The first spoke in a zone. */
    static Site first(Zone zone) {
        return new Site(1, zone, zone.endpoint(), zone.vni(), zone.endpointUnderlay());
    }

    /** What its Internet host calls itself. */
    String serverName() {
        return "spoke-" + spoke;
    }

    Namespace application(DemoTopology network) {
        return network.spoke(spoke).namespace(zone.appNamespace());
    }

    Namespace internet(DemoTopology network) {
        return network.spoke(spoke).namespace(Spoke.INTERNET);
    }

    @Override
    public String toString() {
        return zone.name() + " of spoke " + spoke;
    }
}
