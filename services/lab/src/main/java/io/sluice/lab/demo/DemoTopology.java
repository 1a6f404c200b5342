// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Port;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The network of the demo: a spoke with an endpoint per zone, and behind the gateway two zones of two appliances.
 *
 * <pre>
 *  app-az1 10.20.1.5 ──┐                                            ┌─ br-az1 ─┬─ fw-az1-a 10.1.1.11
 *                      ├─ spoke ── 10.0.0.0/24 ── gw 10.0.0.1 ──────┤  fabric  └─ fw-az1-b 10.1.1.12
 *  app-az2 10.20.2.5 ──┘    │       (GENEVE, VNI)   10.1.N.1        └─ br-az2 ─┬─ fw-az2-a 10.1.2.11
 *                           │                                        (taps)    └─ fw-az2-b 10.1.2.12
 *        internet 203.0.113.10
 * </pre>
 *
 * <p>A management network, 172.31.255.0/24, joins gateway and appliances with the lab's own process.
 *
 * <p><b>MTU</b>. The underlay and the appliances' legs carry 1500. The dearer leg, to the appliances, costs 68 bytes, so
 * 1432 is what an inner packet may have: the endpoint device gets it from its agent. The cables of the application and
 * Internet hosts have the same 1432 as any host behind such a path should, so that TCP announces a fitting segment size
 * from the first packet on and nothing depends on ICMP errors coming through.
 *
 * <p><b>Routing</b>. The three route tables of the seed article's figures are policy routing by input device:
 * application subnet (everything to the zone's endpoint), endpoint subnet (what comes out of the endpoint goes to the
 * Internet edge, or is local), Internet edge (each application subnet to its zone's endpoint). Both directions of a flow
 * so enter by the same endpoint (F-31). Connected routes of the main table never see these packets.
 */
final class DemoTopology implements AutoCloseable {
    static final String INTERNET = "203.0.113.10";
    static final String INTERNET6 = "2001:db8:cb00::10";
    static final String GATEWAY_UNDERLAY = "10.0.0.1";
    static final String GATEWAY_MANAGEMENT = "172.31.255.2";
    static final int INNER_MTU_BYTES = 1432;

    private static final int CABLE_MTU_BYTES = 1500;
    private static final int APPLICATION_TABLE = 100;
    private static final int ENDPOINT_TABLE = 200;
    private static final int INTERNET_EDGE_TABLE = 300;
    private static final String EDGE_DEVICE = "igw";

    private final Topology topology;
    private final Map<String, Port> tapPorts = new LinkedHashMap<>();

    DemoTopology(CommandRunner runner) {
        this.topology = new Topology(runner);
        try {
            build();
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
    }

    Namespace namespace(String name) {
        return topology.namespace(name);
    }

    Namespace internet() {
        return topology.namespace("internet");
    }

    Namespace spoke() {
        return topology.namespace("spoke");
    }

    Namespace gateway() {
        return topology.namespace("gw");
    }

    /** The fabric's end of an appliance's cable. */
    Port tapPort(String appliance) {
        Port port = tapPorts.get(appliance);
        if (port == null) {
            throw new IllegalArgumentException("no appliance " + appliance);
        }
        return port;
    }

    /** The routes through the endpoint devices: to be set when the agents have made these. */
    void routeThroughEndpoints() {
        Namespace spoke = spoke();
        for (Zone zone : Zone.ALL) {
            spoke.setting("net/ipv4/conf/" + zone.endpointDevice() + "/rp_filter", "0");
            int application = APPLICATION_TABLE + zone.number();
            for (boolean ipv6 : new boolean[] {false, true}) {
                spoke.route(Route.onLink(ipv6, "default", zone.endpointDevice()).inTable(application));
                spoke.route(Route.onLink(ipv6, ipv6 ? zone.appSubnet6() : zone.appSubnet(), zone.endpointDevice())
                        .inTable(INTERNET_EDGE_TABLE));
            }
        }
    }

    private void build() {
        Namespace spoke = topology.addNamespace("spoke");
        spoke.setting("net/ipv4/ip_forward", "1");
        spoke.setting("net/ipv6/conf/all/forwarding", "1");
        for (String scope : new String[] {"all", "default"}) {
            // A packet of one flow comes from an application's cable and, later, out of an endpoint.
            spoke.setting("net/ipv4/conf/" + scope + "/rp_filter", "0");
        }
        Namespace internet = topology.addNamespace("internet");
        topology.cable(spoke.port(EDGE_DEVICE), internet.port("eth0"), INNER_MTU_BYTES);
        spoke.address(EDGE_DEVICE, "203.0.113.1/24");
        spoke.address(EDGE_DEVICE, "2001:db8:cb00::1/64");
        internet.address("eth0", INTERNET + "/24");
        internet.address("eth0", INTERNET6 + "/64");
        internet.route(Route.via("default", "203.0.113.1"));
        internet.route(Route.via("default", "2001:db8:cb00::1"));
        spoke.routeByInput(EDGE_DEVICE, INTERNET_EDGE_TABLE, INTERNET_EDGE_TABLE);

        Namespace gateway = topology.addNamespace("gw");
        topology.cable(spoke.port("underlay"), gateway.port("spoke"), CABLE_MTU_BYTES);
        gateway.address("spoke", GATEWAY_UNDERLAY + "/24");
        Namespace fabric = topology.addNamespace("fabric");
        Port management = topology.bridge(topology.own(), "mgmt", CABLE_MTU_BYTES);
        topology.own().address("mgmt", "172.31.255.1/24");
        manage(management, gateway, "mgw", GATEWAY_MANAGEMENT);

        for (Zone zone : Zone.ALL) {
            application(zone, spoke);
            spoke.address("underlay", zone.endpointUnderlay() + "/24");
            Port bridge = topology.bridge(fabric, "br-" + zone.name(), CABLE_MTU_BYTES);
            Port gatewayPort = fabric.port("gw-" + zone.name());
            topology.cable(gatewayPort, gateway.port(zone.name()), CABLE_MTU_BYTES);
            topology.join(bridge, gatewayPort);
            gateway.address(zone.name(), zone.node() + "/24");
            for (Zone.Appliance appliance : zone.appliances()) {
                appliance(appliance, fabric, bridge, management);
            }
        }
        // The endpoint devices come later. Without a link-local address they emit no router solicitations, so only
        // forwarded packets go through the gateway and its counters can be compared with what was sent.
        spoke.setting("net/ipv6/conf/default/addr_gen_mode", "1");
        spoke.setting("net/ipv6/conf/default/router_solicitations", "0");
    }

    private void application(Zone zone, Namespace spoke) {
        Namespace app = topology.addNamespace(zone.appNamespace());
        String device = zone.appNamespace();
        topology.cable(spoke.port(device), app.port("eth0"), INNER_MTU_BYTES);
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
        spoke.route(Route.via("default", INTERNET).dev(EDGE_DEVICE).inTable(endpointTable));
        spoke.route(Route.via("default", INTERNET6).dev(EDGE_DEVICE).inTable(endpointTable));
        spoke.route(Route.onLink(false, zone.appSubnet(), device).inTable(endpointTable));
        spoke.route(Route.onLink(true, zone.appSubnet6(), device).inTable(endpointTable));
    }

    private void appliance(Zone.Appliance appliance, Namespace fabric, Port bridge, Port management) {
        Namespace namespace = topology.addNamespace(appliance.name());
        Port tap = fabric.port(appliance.name());
        topology.cable(tap, namespace.port("eth0"), CABLE_MTU_BYTES);
        topology.join(bridge, tap);
        namespace.address("eth0", appliance.address() + "/24");
        manage(management, namespace, "m" + appliance.name(), appliance.managementAddress());
        tapPorts.put(appliance.name(), tap);
    }

    private void manage(Port management, Namespace namespace, String ownDevice, String address) {
        Port own = topology.own().port(ownDevice);
        topology.cable(own, namespace.port("mgmt"), CABLE_MTU_BYTES);
        topology.join(management, own);
        namespace.address("mgmt", address + "/24");
    }

    @Override
    public void close() {
        topology.close();
    }
}
