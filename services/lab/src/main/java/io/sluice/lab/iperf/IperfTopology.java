// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Port;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;

/**
 * The demo's path with one appliance.
 *
 * <pre>
 *   app 10.20.1.5 ── spoke ── 10.0.0.0/24 ── gw 10.0.0.1, 10.1.1.1 ── fw 10.1.1.11
 *                      │
 *              203.0.113.10 internet
 * </pre>
 *
 * <p>{@link #route} decides how packets get from the spoke to the appliance's host and back: into the endpoint device,
 * or by ordinary routes along the very same cables.
 */
final class IperfTopology implements AutoCloseable {
    static final String APPLICATION = "10.20.1.5";
    static final String INTERNET = "203.0.113.10";
    static final String ATTACHMENT = "10.0.0.2";
    static final String INGRESS = "10.0.0.1";
    static final String NODE = "10.1.1.1";
    static final String APPLIANCE = "10.1.1.11";
    static final String DEVICE = "gwe0";

    /** What the dearer leg, to the appliance, adds to a packet. */
    static final int LEG_BYTES = 68;

    private static final String APPLICATIONS = "10.20.1.0/24";
    private static final int OUT_TABLE = 100;
    private static final int FROM_ENDPOINT_TABLE = 200;
    private static final int HOME_TABLE = 300;
    private static final int TO_APPLIANCE_TABLE = 400;
    private static final int FROM_APPLIANCE_TABLE = 500;

    private final Topology topology;
    private final boolean frames;

    /**
     * Builds it.
     *
     * @param innerMtuBytes of the application's and the Internet host's cables; the others have {@value #LEG_BYTES} more
     * @param frames whether every frame crosses each cable by itself, or as many as one TCP segment of 64 KiB at once
     */
    IperfTopology(CommandRunner runner, int innerMtuBytes, boolean frames) {
        this.topology = new Topology(runner);
        this.frames = frames;
        try {
            build(innerMtuBytes);
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
    }

    Namespace app() {
        return topology.namespace("app");
    }

    Namespace spoke() {
        return topology.namespace("spoke");
    }

    Namespace gateway() {
        return topology.namespace("gw");
    }

    Namespace appliance() {
        return topology.namespace("fw");
    }

    Namespace internet() {
        return topology.namespace("internet");
    }

    private void build(int innerMtuBytes) {
        Namespace app = topology.addNamespace("app");
        Namespace spoke = topology.addNamespace("spoke");
        Namespace internet = topology.addNamespace("internet");
        Namespace appliance = topology.addNamespace("fw");
        Namespace gateway = topology.addNamespace("gw");
        for (Namespace router : new Namespace[] {spoke, gateway, appliance}) {
            router.setting("net/ipv4/ip_forward", "1");
            for (String scope : new String[] {"all", "default"}) {
                router.setting("net/ipv4/conf/" + scope + "/rp_filter", "0");
                // The appliance's host returns packets by the cable they came by.
                router.setting("net/ipv4/conf/" + scope + "/send_redirects", "0");
            }
        }
        cable(spoke.port("app"), app.port("eth0"), innerMtuBytes);
        cable(spoke.port("igw"), internet.port("eth0"), innerMtuBytes);
        cable(spoke.port("underlay"), gateway.port("spoke"), innerMtuBytes + LEG_BYTES);
        cable(gateway.port("fabric"), appliance.port("eth0"), innerMtuBytes + LEG_BYTES);
        spoke.address("app", "10.20.1.1/24");
        spoke.address("igw", "203.0.113.1/24");
        spoke.address("underlay", ATTACHMENT + "/24");
        gateway.address("spoke", INGRESS + "/24");
        gateway.address("fabric", NODE + "/24");
        appliance.address("eth0", APPLIANCE + "/24");
        app.address("eth0", APPLICATION + "/24");
        internet.address("eth0", INTERNET + "/24");
        app.route(Route.via("default", "10.20.1.1"));
        internet.route(Route.via("default", "203.0.113.1"));
        appliance.route(Route.via("default", NODE));
        spoke.routeByInput("app", OUT_TABLE, OUT_TABLE);
        spoke.routeByInput("igw", HOME_TABLE, HOME_TABLE);
        for (String from : new String[] {DEVICE, "underlay"}) {
            spoke.routeByInput(from, FROM_ENDPOINT_TABLE, FROM_ENDPOINT_TABLE);
        }
        spoke.route(Route.onLink(false, "203.0.113.0/24", "igw").inTable(FROM_ENDPOINT_TABLE));
        spoke.route(Route.onLink(false, APPLICATIONS, "app").inTable(FROM_ENDPOINT_TABLE));
        gateway.routeByInput("spoke", TO_APPLIANCE_TABLE, TO_APPLIANCE_TABLE);
        gateway.routeByInput("fabric", FROM_APPLIANCE_TABLE, FROM_APPLIANCE_TABLE);
        gateway.route(Route.via("default", APPLIANCE).inTable(TO_APPLIANCE_TABLE));
        gateway.route(Route.via("default", ATTACHMENT).inTable(FROM_APPLIANCE_TABLE));
    }

    private void cable(Port a, Port b, int mtuBytes) {
        if (frames) {
            topology.cable(a, b, mtuBytes);
        } else {
            topology.offloadingCable(a, b, mtuBytes);
        }
    }

    /** Routes the application's and the Internet host's packets; the endpoint's device must be there where it is meant. */
    void route(Way way) {
        for (int table : new int[] {OUT_TABLE, HOME_TABLE}) {
            String destination = table == OUT_TABLE ? "default" : APPLICATIONS;
            String hop = way.agent() ? "dev" : "via";
            String next = way.agent() ? DEVICE : INGRESS;
            spoke().ip("-4", "route", "replace", destination, hop, next, "table", "" + table);
        }
    }

    @Override
    public void close() {
        topology.close();
    }
}
