// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.util.List;

/**
 * The path of a row that is not on loopback: a veth pair between the run's namespace, where endpoint and targets are, and
 * one of the forwarder's own. Who is behind which hardware address is known from the start, so nobody asks for it while
 * something is measured.
 */
final class VethPath implements Surroundings {

    /** The forwarder's device. */
    static final String FAR = "far0";

    private final Row row;
    private final VethNamespace namespace;

    private VethPath(Row row, VethNamespace namespace) {
        this.row = row;
        this.namespace = namespace;
    }

    /** A path whose forwarder's end has its address. */
    static VethPath open(Row row) throws IOException, InterruptedException {
        VethPath path = bare(row);
        path.address(FAR);
        return path;
    }

    /** A path whose forwarder's end is a device without an address: see {@link #address}. */
    static VethPath bare(Row row) throws IOException, InterruptedException {
        VethNamespace namespace = VethNamespace.open();
        String near = near(row);
        namespace.join(near, FAR, row.host());
        Commands.HERE.run("ip route replace local " + Addresses.ENDS_ON_VETH + " dev lo");
        Commands.HERE.run("ip address add " + Addresses.near(row) + "/24 dev " + near);
        Commands.HERE.run("ip neighbour replace %s lladdr %s dev %s nud permanent"
                .formatted(Addresses.forwarder(row), VethNamespace.farMac(row.host()), near));
        return new VethPath(row, namespace);
    }

    /** Gives a device of the forwarder's namespace the forwarder's address, and the way to endpoint and targets. */
    void address(String device) throws IOException, InterruptedException {
        inside().run("ip link set %s mtu %d up".formatted(device, VethNamespace.MTU_BYTES));
        inside().run("ip address add " + Addresses.forwarder(row) + "/24 dev " + device);
        inside().run("ip neighbour replace %s lladdr %s dev %s nud permanent"
                .formatted(Addresses.near(row), VethNamespace.nearMac(row.host()), device));
        inside().run("ip route add " + Addresses.ENDS_ON_VETH + " via " + Addresses.near(row));
    }

    Commands inside() {
        return namespace.inside();
    }

    @Override
    public List<String> enter() {
        return namespace.enter();
    }

    @Override
    public void close() {
        namespace.close();
    }

    private static String near(Row row) {
        return "near" + row.host();
    }
}
