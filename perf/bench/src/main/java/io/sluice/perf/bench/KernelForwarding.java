// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The ceiling as a row: the kernel routes the same inner packets between two veth pairs. It does neither GENEVE nor flows.
 *
 * <p>No process does the work. Receive packet steering has the forwarder's core do it, where it would be the sender's
 * otherwise. The generator's ends are packet sockets; behind them are stations with addresses that no device has, so its
 * own kernel leaves the packets alone.
 */
final class KernelForwarding implements Surroundings {

    private static final String SOURCES = "10.64.0.0/10"; // as in the generator's packets
    private static final String DESTINATIONS = "198.51.100.0/24";
    private static final Link ENDPOINT = new Link("endpoint", 201);
    private static final Link TARGET = new Link("target", 202);

    private final VethNamespace namespace;

    private KernelForwarding(VethNamespace namespace) {
        this.namespace = namespace;
    }

    /** One side of the router: the name and number of its pair. */
    private record Link(String name, int number) {

        String near() {
            return name + "-near";
        }

        String far() {
            return name + "-far";
        }

        /** The address of the host behind it, and of the router's next hop. */
        String hop() {
            return "192.0.2." + number;
        }

        String station() {
            return "02:00:00:00:%02x:fe".formatted(number);
        }

        /** As the generator's options have it. */
        String end() {
            return near() + "," + station() + "," + VethNamespace.farMac(number);
        }
    }

    /** Why there can be no such row, if so. */
    static Optional<String> obstacle() throws IOException {
        return Commands.asRoot() ? Optional.empty() : Optional.of("only root may steer packets to a core");
    }

    static KernelForwarding open(Row row, Settings settings) throws IOException, InterruptedException {
        VethNamespace namespace = VethNamespace.open();
        Commands inside = namespace.inside();
        for (Link link : List.of(ENDPOINT, TARGET)) {
            namespace.join(link.near(), link.far(), link.number());
            inside.run("ip neighbour add %s lladdr %s dev %s nud permanent"
                    .formatted(link.hop(), link.station(), link.far()));
        }
        inside.run("ip route add %s via %s dev %s onlink".formatted(SOURCES, ENDPOINT.hop(), ENDPOINT.far()));
        inside.run("ip route add %s via %s dev %s onlink".formatted(DESTINATIONS, TARGET.hop(), TARGET.far()));
        // the namespace's own view of its devices and settings, for these commands only
        inside.run(List.of("unshare", "-m", "sh", "-c", """
                set -e
                mount -t sysfs sysfs /sys
                echo 1 >/proc/sys/net/ipv4/ip_forward
                for device in %s %s; do echo %x >/sys/class/net/$device/queues/rx-0/rps_cpus; done
                """.formatted(
                        ENDPOINT.far(), TARGET.far(), 1 << settings.forwarderCore())));
        return new KernelForwarding(namespace);
    }

    /** The endpoint's side, as the generator has to be told. */
    static String endpointEnd() {
        return ENDPOINT.end();
    }

    /** The targets' side, as the generator has to be told. */
    static String targetEnd() {
        return TARGET.end();
    }

    /** A process that does nothing, in the place of a forwarder's. */
    static List<String> command() {
        return List.of("cat");
    }

    @Override
    public List<String> enter() {
        return namespace.enter();
    }

    @Override
    public void close() {
        namespace.close();
    }
}
