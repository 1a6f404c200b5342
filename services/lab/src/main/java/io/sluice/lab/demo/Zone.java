// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.HostAddress;
import io.sluice.lab.check.KnownEndpoint;
import io.sluice.lab.check.TappedAppliance;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A zone of the demo: its names and addresses follow from its number, 1 or 2.
 *
 * @param number 1 or 2
 * @param endpoint id of its endpoint
 * @param vni of its endpoint
 */
record Zone(int number, KnownEndpoint endpoint, int vni) {
    static final List<Zone> ALL = List.of(
            new Zone(1, KnownEndpoint.of("vpce-0a1b2c3d4e5f60718", "az1"), 100),
            new Zone(2, KnownEndpoint.of("vpce-0b2c3d4e5f6071829", "az2"), 200));

    /** An appliance: where it listens, and its address on the management network. */
    record Appliance(String name, String zone, String address, String managementAddress) {}

    /** The appliances of all zones. */
    static List<Appliance> allAppliances() {
        return ALL.stream().flatMap(zone -> zone.appliances().stream()).toList();
    }

    /** The appliance of this name. */
    static Appliance appliance(String name) {
        return allAppliances().stream()
                .filter(appliance -> appliance.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no appliance " + name));
    }

    /** The addresses of all appliances, which are their target ids; the set is the caller's. */
    static Set<String> applianceAddresses() {
        return allAppliances().stream().map(Appliance::address).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The name of the appliance with this address; the address itself where there is none. */
    static String applianceName(String address) {
        return allAppliances().stream()
                .filter(appliance -> appliance.address().equals(address))
                .map(Appliance::name)
                .findFirst()
                .orElse(address);
    }

    String name() {
        return "az" + number;
    }

    String appNamespace() {
        return "app-" + name();
    }

    String appAddress() {
        return "10.20." + number + ".5";
    }

    String appAddress6() {
        return "2001:db8:20:" + number + "::5";
    }

    String appSubnet() {
        return "10.20." + number + ".0/24";
    }

    String appSubnet6() {
        return "2001:db8:20:" + number + "::/64";
    }

    String appRouter() {
        return "10.20." + number + ".1";
    }

    String appRouter6() {
        return "2001:db8:20:" + number + "::1";
    }

    /** The TUN device that the endpoint agent makes in a spoke. */
    String endpointDevice() {
        return "gwe-" + name();
    }

    /** The first spoke's underlay address of this zone's endpoint. */
    String endpointUnderlay() {
        return "10.0.0." + (1 + number);
    }

    /** The gateway node's address in this zone. */
    String node() {
        return "10.1." + number + ".1";
    }

    List<Appliance> appliances() {
        return List.of(appliance("a", 1), appliance("b", 2));
    }

    private Appliance appliance(String letter, int index) {
        return new Appliance(
                "fw-" + name() + "-" + letter,
                name(),
                "10.1." + number + "." + (10 + index),
                "172.31.255." + (number * 10 + index));
    }

    /** @param crossZone whether every zone's node may send to these appliances, or only that of the zone */
    List<TappedAppliance> tapped(boolean crossZone) {
        Set<HostAddress> nodes = (crossZone ? ALL : List.of(this))
                .stream().map(Zone::node).map(HostAddress::of).collect(Collectors.toSet());
        return appliances().stream()
                .map(a -> new TappedAppliance(a.name(), name(), HostAddress.of(a.address()), nodes))
                .toList();
    }
}
