// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import java.util.List;

/**
 * A spoke: its router, an application host per zone, and the Internet host behind it. Every spoke has the same addresses
 * inside.
 *
 * <p><b>Routing</b>. The three route tables of the seed article's figures are policy routing by input device:
 * application subnet (everything to the zone's endpoint), endpoint subnet (what comes out of the endpoint goes to the
 * Internet edge, or is local), Internet edge (each application subnet to its zone's endpoint). Both directions of a flow
 * so enter by the same endpoint (F-31). Connected routes of the main table never see these packets.
 */
final class Spoke {
    static final String ROUTER = "spoke";
    static final String INTERNET = "internet";

    private static final int APPLICATION_TABLE = 100;
    private static final int ENDPOINT_TABLE = 200;
    private static final int INTERNET_EDGE_TABLE = 300;
    private static final String EDGE_DEVICE = "igw";

    private final Topology topology;
    private final String suffix;
    private final List<Zone> zones;

    /**
     * Builds a spoke.
     *
     * @param suffix of its namespaces' names
     * @param zones that it has an application host in
     */
    Spoke(Topology topology, String suffix, List<Zone> zones) {
        this.topology = topology;
        this.suffix = suffix;
        this.zones = zones;
        Namespace spoke = topology.addNamespace(ROUTER + suffix);
        spoke.setting("net/ipv4/ip_forward", "1");
        spoke.setting("net/ipv6/conf/all/forwarding", "1");
        for (String scope : new String[] {"all", "default"}) {
            // A packet of one flow comes from an application's cable and, later, out of an endpoint.
            spoke.setting("net/ipv4/conf/" + scope + "/rp_filter", "0");
        }
        Namespace internet = topology.addNamespace(INTERNET + suffix);
        topology.cable(spoke.port(EDGE_DEVICE), internet.port("eth0"), DemoTopology.INNER_MTU_BYTES);
        spoke.address(EDGE_DEVICE, "203.0.113.1/24");
        spoke.address(EDGE_DEVICE, "2001:db8:cb00::1/64");
        internet.address("eth0", DemoTopology.INTERNET + "/24");
        internet.address("eth0", DemoTopology.INTERNET6 + "/64");
        internet.route(Route.via("default", "203.0.113.1"));
        internet.route(Route.via("default", "2001:db8:cb00::1"));
        spoke.routeByInput(EDGE_DEVICE, INTERNET_EDGE_TABLE, INTERNET_EDGE_TABLE);
        zones.forEach(zone -> application(zone, spoke));
        // The endpoint devices come later. Without a link-local address they emit no router solicitations, so only
        // forwarded packets go through the gateway and its counters can be compared with what was sent.
        spoke.setting("net/ipv6/conf/default/addr_gen_mode", "1");
        spoke.setting("net/ipv6/conf/default/router_solicitations", "0");
    }

    /** One of its namespaces, by the name that the first spoke's has. */
    Namespace namespace(String name) {
        return topology.namespace(name + suffix);
    }

    Namespace router() {
        return namespace(ROUTER);
    }

    /** The routes through the endpoint devices: to be set when the agents have made these. */
    void routeThroughEndpoints() {
        Namespace spoke = router();
        for (Zone zone : zones) {
            spoke.setting("net/ipv4/conf/" + zone.endpointDevice() + "/rp_filter", "0");
            int application = APPLICATION_TABLE + zone.number();
            for (boolean ipv6 : new boolean[] {false, true}) {
                spoke.route(Route.onLink(ipv6, "default", zone.endpointDevice()).inTable(application));
                spoke.route(Route.onLink(ipv6, ipv6 ? zone.appSubnet6() : zone.appSubnet(), zone.endpointDevice())
                        .inTable(INTERNET_EDGE_TABLE));
            }
        }
    }

    private void application(Zone zone, Namespace spoke) {
        Namespace app = topology.addNamespace(zone.appNamespace() + suffix);
        String device = zone.appNamespace();
        topology.cable(spoke.port(device), app.port("eth0"), DemoTopology.INNER_MTU_BYTES);
        spoke.address(device, zone.appRouter() + "/24");
        spoke.address(device, zone.appRouter6() + "/64");
        app.address("eth0", zone.appAddress() + "/24");
        app.address("eth0", zone.appAddress6() + "/64");
        app.route(Route.via("default", zone.appRouter()));
        app.route(Route.via("default", zone.appRouter6()));

        int applicationTable = APPLICATION_TABLE + zone.number();
        spoke.routeByInput(device, applicationTable, applicationTable);
        int endpointTable = ENDPOINT_TABLE + zone.number();
        spoke.routeByInput(zone.endpointDevice(), endpointTable, endpointTable);
        spoke.route(Route.via("default", DemoTopology.INTERNET).dev(EDGE_DEVICE).inTable(endpointTable));
        spoke.route(
                Route.via("default", DemoTopology.INTERNET6).dev(EDGE_DEVICE).inTable(endpointTable));
        spoke.route(Route.onLink(false, zone.appSubnet(), device).inTable(endpointTable));
        spoke.route(Route.onLink(true, zone.appSubnet6(), device).inTable(endpointTable));
    }
}
