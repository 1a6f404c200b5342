// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Port;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
 */
final class DemoTopology implements AutoCloseable {
    static final String INTERNET = "203.0.113.10";
    static final String INTERNET6 = "2001:db8:cb00::10";
    static final String GATEWAY_UNDERLAY = "10.0.0.1";
    static final String SECOND_UNDERLAY = "10.0.3.2";
    static final String GATEWAY_MANAGEMENT = "172.31.255.2";
    static final int INNER_MTU_BYTES = 1432;

    private static final int CABLE_MTU_BYTES = 1500;
    private static final String SECOND_GATEWAY = "10.0.3.1";

    private final Topology topology;
    private final Map<String, Port> tapPorts = new LinkedHashMap<>();
    private final Map<Integer, Spoke> spokes = new TreeMap<>();

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
        return spoke(1).namespace(Spoke.INTERNET);
    }

    /** The spoke of this number: 1, or 2 once it is there. */
    Spoke spoke(int number) {
        Spoke spoke = spokes.get(number);
        if (spoke == null) {
            throw new IllegalArgumentException("no spoke " + number);
        }
        return spoke;
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

    /** Builds a second spoke in the first zone: the first one's addresses again, on a cable of its own. */
    void addSecondSpoke() {
        Spoke second = new Spoke(topology, "-2", List.of(Site.SECOND.zone()));
        Namespace router = second.router();
        topology.cable(router.port("underlay"), gateway().port("spoke-2"), CABLE_MTU_BYTES);
        router.address("underlay", SECOND_UNDERLAY + "/24");
        gateway().address("spoke-2", SECOND_GATEWAY + "/24");
        router.route(Route.via(GATEWAY_UNDERLAY + "/32", SECOND_GATEWAY));
        spokes.put(Site.SECOND.spoke(), second);
    }

    private void build() {
        Spoke first = new Spoke(topology, "", Zone.ALL);
        spokes.put(1, first);
        Namespace spoke = first.router();
        Namespace gateway = topology.addNamespace("gw");
        topology.cable(spoke.port("underlay"), gateway.port("spoke"), CABLE_MTU_BYTES);
        gateway.address("spoke", GATEWAY_UNDERLAY + "/24");
        Namespace fabric = topology.addNamespace("fabric");
        Port management = topology.bridge(topology.own(), "mgmt", CABLE_MTU_BYTES);
        topology.own().address("mgmt", "172.31.255.1/24");
        manage(management, gateway, "mgw", GATEWAY_MANAGEMENT);

        for (Zone zone : Zone.ALL) {
            spoke.address("underlay", zone.endpointUnderlay() + "/24");
            Port bridge = topology.bridge(fabric, "br-" + zone.name(), CABLE_MTU_BYTES);
            Port gatewayPort = fabric.port("gw-" + zone.name());
            topology.cable(gatewayPort, gateway.port(zone.name()), CABLE_MTU_BYTES);
            topology.join(bridge, gatewayPort);
            gateway.address(zone.name(), zone.node() + "/24");
            for (Zone.Appliance appliance : zone.appliances()) {
                appliance(appliance, zone.node(), fabric, bridge, management);
            }
        }
    }

    private void appliance(Zone.Appliance appliance, String node, Namespace fabric, Port bridge, Port management) {
        Namespace namespace = topology.addNamespace(appliance.name());
        Port tap = fabric.port(appliance.name());
        topology.cable(tap, namespace.port("eth0"), CABLE_MTU_BYTES);
        topology.join(bridge, tap);
        namespace.address("eth0", appliance.address() + "/24");
        // With cross-zone on, the other zone's node sends here too, and wants its packets back (W-28).
        namespace.route(Route.via("default", node));
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
