// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Two nodes with the roles ingress and codec, each in a namespace, and one process with the decisions in the sandbox's own,
 * which is also the router between all. So both nodes ask one authority.
 *
 * <pre>
 *   client 10.20.0.5 ─┐                          ┌─ 10.2.1.2 gw1
 *                     spoke 10.0.0.2 … .9 ─ router, decisions 10.2.1.1
 *   server 203.0.113.10 ─┘                       ├─ 10.2.2.2 gw2
 *                                                └─ 10.1.1.11 … appliances
 * </pre>
 *
 * <p>{@value #SHARED} is an address that both nodes can have: it is on the loopback device of each, and the router shares
 * what is sent there out by source address.
 */
final class TwoNodeNetwork implements AutoCloseable {

    static final String SHARED = "10.9.9.9";
    static final int ATTACHMENTS = 8;
    static final String CLIENT = "10.20.0.5";
    static final String SERVER = "203.0.113.10";

    private static final int MTU_BYTES = 9_000;
    private static final String DECISIONS = "flow-hashing,target-selection,health-checking,control-api";

    private final Topology topology = new Topology(new CommandRunner());
    private final Namespace router = topology.own();
    private final Namespace spoke = topology.addNamespace("spoke");
    private final Namespace client = topology.addNamespace("client");
    private final Namespace server = topology.addNamespace("server");
    private final Namespace appliances = topology.addNamespace("fw");
    private final List<Namespace> gateways = List.of(topology.addNamespace("gw1"), topology.addNamespace("gw2"));
    private final Path directory;

    /** Lays the cables, inside a sandbox. */
    TwoNodeNetwork(Path directory) {
        this.directory = directory;
        router.setting("net/ipv4/ip_forward", "1");
        router.setting("net/ipv4/conf/all/rp_filter", "0");
        for (int i = 1; i <= 2; i++) {
            Namespace gateway = gateways.get(i - 1);
            topology.cable(router.port("gw" + i), gateway.port("eth0"), MTU_BYTES);
            router.address("gw" + i, "10.2." + i + ".1/24");
            gateway.address("eth0", "10.2." + i + ".2/24");
            gateway.address("lo", SHARED + "/32");
            gateway.route(Route.via("default", "10.2." + i + ".1"));
        }
        topology.cable(router.port("fw"), appliances.port("eth0"), MTU_BYTES);
        router.address("fw", "10.1.1.254/24");
        for (String address : ApplianceFleet.addresses(1, 4)) {
            appliances.address("eth0", address + "/24");
        }
        appliances.route(Route.via("default", "10.1.1.254"));
        topology.cable(router.port("spoke"), spoke.port("eth0"), MTU_BYTES);
        router.address("spoke", "10.0.0.1/24");
        for (String attachment : attachments()) {
            spoke.address("eth0", attachment + "/24");
        }
        spoke.route(Route.via("default", "10.0.0.1"));
        host(client, "client", CLIENT, "10.20.0.1");
        host(server, "server", SERVER, "203.0.113.1");
        spoke.setting("net/ipv4/ip_forward", "1");
        spoke.setting("net/ipv4/conf/all/rp_filter", "0");
        // one way for each source address: addresses only, as both ports of a tunnel are the same
        router.setting("net/ipv4/fib_multipath_hash_policy", "0");
        router.ip(
                "route",
                "add",
                SHARED + "/32",
                "nexthop",
                "via",
                "10.2.1.2",
                "weight",
                "1",
                "nexthop",
                "via",
                "10.2.2.2",
                "weight",
                "1");
    }

    private void host(Namespace host, String device, String address, String neighbour) {
        topology.cable(spoke.port(device), host.port("eth0"), MTU_BYTES);
        spoke.address(device, neighbour + "/24");
        host.address("eth0", address + "/24");
        host.route(Route.via("default", neighbour));
    }

    /** What the spoke's addresses are. */
    static List<String> attachments() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < ATTACHMENTS; i++) {
            all.add("10.0.0." + (2 + i));
        }
        return all;
    }

    Namespace spoke() {
        return spoke;
    }

    Namespace client() {
        return client;
    }

    Namespace server() {
        return server;
    }

    Namespace appliances() {
        return appliances;
    }

    /** The node, 1 or 2, that the router sends what this attachment sends to the shared address. */
    int nodeOf(String attachment) {
        String way = router.ip("route", "get", SHARED, "from", attachment, "iif", "spoke");
        return way.contains("via 10.2.1.2") ? 1 : 2;
    }

    private String document(String id, String member, String ingress, String appliances, int admin) {
        return """
                node: {id: %s, zone: az1, flow-capacity: 20000, secret-file: secret}
                cluster: {name: pair, listen: "%s:5701", members: ["10.2.1.1:5701", "10.2.1.2:5701", "10.2.2.2:5701"]}
                ingress: {listen: "%s:6080"}
                appliances: {listen: "%s:6081"}
                admin: {listen: "127.0.0.1:%d"}
                target-groups:
                  - name: firewalls
                    health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                    targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}, {id: 10.1.1.13, zone: az1}, {id: 10.1.1.14, zone: az1}]
                load-balancers:
                  - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
                endpoints:
                  - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["%s"]}
                """.formatted(id, member, ingress, appliances, admin, String.join("\", \"", attachments()));
    }

    /** Starts the process with the decisions. */
    NodeInNamespace decisions() throws IOException {
        String yaml = document("decisions", "10.2.1.1", "10.2.1.1", "10.2.1.1", 8080);
        return new NodeInNamespace(router, directory, "decisions", yaml, "127.0.0.1:8080", DECISIONS);
    }

    /** Starts a node that takes packets at its own address, or at the shared one. */
    NodeInNamespace packets(int node, boolean shared) throws IOException {
        String own = "10.2." + node + ".2";
        String yaml = document("gw-" + node, own, shared ? SHARED : own, own, 8080 + node);
        return new NodeInNamespace(
                gateways.get(node - 1), directory, "gw-" + node, yaml, "127.0.0.1:" + (8080 + node), "ingress,codec");
    }

    @Override
    public void close() {
        topology.close();
    }
}
