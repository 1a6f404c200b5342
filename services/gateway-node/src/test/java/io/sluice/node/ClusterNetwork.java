// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import java.util.ArrayList;
import java.util.List;

/**
 * The cables of tests with several nodes, each in a namespace of its own.
 *
 * <pre>
 *   spoke 10.9.0.2 ── 10.0.n.1  node n  10.2.n.1, 10.2.n.3 ── 10.1.1.11 …, 10.1.2.11 … appliances
 *                               10.3.0.n ── hub of the cluster
 * </pre>
 */
final class ClusterNetwork implements AutoCloseable {

    static final String SPOKE_ADDRESS = "10.9.0.2";

    private static final int CABLE_MTU_BYTES = 9_000;

    private final Topology topology = new Topology(new CommandRunner());
    private final Namespace spoke = topology.addNamespace("spoke");
    private final Namespace appliances = topology.addNamespace("fw");
    private final Namespace hub = topology.addNamespace("hub");
    private final List<Namespace> nodes = new ArrayList<>();

    /**
     * Lays them, inside a sandbox.
     *
     * @param count nodes there may be, numbered from 1
     */
    ClusterNetwork(int count) {
        spoke.address("lo", SPOKE_ADDRESS + "/32");
        for (int zone = 1; zone <= 2; zone++) {
            for (int host = 11; host < 21; host++) {
                appliances.address("lo", "10.1." + zone + "." + host + "/32");
            }
        }
        var bridge = topology.bridge(hub, "cluster", CABLE_MTU_BYTES);
        for (int node = 1; node <= count; node++) {
            Namespace namespace = topology.addNamespace("gw" + node);
            nodes.add(namespace);
            topology.cable(namespace.port("spoke"), spoke.port("gw" + node), CABLE_MTU_BYTES);
            topology.cable(namespace.port("fw"), appliances.port("gw" + node), CABLE_MTU_BYTES);
            topology.cable(namespace.port("cluster"), hub.port("gw" + node), CABLE_MTU_BYTES);
            topology.join(bridge, hub.port("gw" + node));
            namespace.address("spoke", "10.0." + node + ".1/24");
            spoke.address("gw" + node, "10.0." + node + ".2/24");
            namespace.address("fw", "10.2." + node + ".1/24");
            namespace.address("fw", "10.2." + node + ".3/24");
            appliances.address("gw" + node, "10.2." + node + ".2/24");
            namespace.address("cluster", "10.3.0." + node + "/24");
            namespace.route(Route.via(SPOKE_ADDRESS + "/32", "10.0." + node + ".2"));
            namespace.route(Route.via("10.1.0.0/16", "10.2." + node + ".2"));
        }
    }

    Namespace spoke() {
        return spoke;
    }

    Namespace appliances() {
        return appliances;
    }

    /** A node's, by its number. */
    Namespace node(int number) {
        return nodes.get(number - 1);
    }

    /** Cuts a node off from the others, or connects it again; its endpoints and appliances stay. */
    void cutOff(int number, boolean cut) {
        hub.ip("link", "set", "gw" + number, cut ? "down" : "up");
    }

    @Override
    public void close() {
        topology.close();
    }
}
