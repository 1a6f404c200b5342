// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/**
 * What {@link SmallMtuKernelIT} runs in a namespace whose only device has an MTU of {@value #MTU}: what fits leaves, what
 * would have to be fragmented is refused, and what has no route costs nobody else anything.
 *
 * <p>Prints {@code held NAME} for each transport.
 */
final class SmallMtuScenario {

    static final int MTU = 1_500;

    private static final int IPV4_AND_UDP_BYTES = 28;
    private static final int NO_ROUTE = 0xC000_0201; // 192.0.2.1

    private SmallMtuScenario() {}

    /**
     * Runs the scenario over every transport that works here.
     *
     * @throws IOException where the kernel refuses a socket
     */
    public static void main(String[] arguments) throws IOException {
        for (DatagramTransport transport : DatagramTransport.values()) {
            if (TransportProbe.of(transport).available()) {
                refusesToFragment(transport);
                refusesEachOfABurst(transport);
                System.out.println("held " + transport.text());
            }
        }
    }

    private static void refusesToFragment(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.settle(() -> rig.path.bind(0, 0, collector));
            int fits = MTU - IPV4_AND_UDP_BYTES;
            rig.onLoop(() -> {
                rig.queue(port, numbered(1, fits), LOOPBACK, port.localPort());
                rig.queue(port, numbered(2, fits + 1), LOOPBACK, port.localPort());
                rig.queue(port, numbered(3, 9_000), LOOPBACK, port.localPort());
                rig.queue(port, numbered(4, 10), NO_ROUTE, 9);
                rig.queue(port, numbered(5, fits), LOOPBACK, port.localPort());
                rig.path.flush();
                return null;
            });
            eventually().until(() -> collector.count() == 2);
            rig.awaitQuiet();
            assertThat(collector.arrived)
                    .extracting(Collector.Arrived::bytes)
                    .containsExactly(numbered(1, fits), numbered(5, fits));
            assertThat(port.sent()).isEqualTo(2);
            assertThat(port.sendFailures()).isEqualTo(3);
        }
    }

    /** Equal sizes, which a transport may send together: each is taken or refused for itself. */
    private static void refusesEachOfABurst(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.settle(() -> rig.path.bind(0, 0, collector));
            int fits = MTU - IPV4_AND_UDP_BYTES;
            for (int round = 1; round <= 2; round++) {
                rig.onLoop(() -> {
                    for (int i = 0; i < 5; i++) {
                        rig.queue(port, numbered(i, fits + 1), LOOPBACK, port.localPort());
                    }
                    rig.queue(port, numbered(5, 100), LOOPBACK, port.localPort());
                    rig.path.flush();
                    return null;
                });
                rig.awaitQuiet();
                rig.onLoop(() -> {
                    for (int i = 0; i < 5; i++) {
                        rig.queue(port, numbered(i, fits), LOOPBACK, port.localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                int arrived = 6 * round;
                eventually().until(() -> collector.count() == arrived);
                rig.awaitQuiet();
                assertThat(collector.arrived.get(arrived - 6).bytes()).isEqualTo(numbered(5, 100));
                for (int i = 0; i < 5; i++) {
                    assertThat(collector.arrived.get(arrived - 5 + i).bytes()).isEqualTo(numbered(i, fits));
                }
                assertThat(port.sent()).isEqualTo(arrived);
                assertThat(port.sendFailures()).isEqualTo(5L * round);
            }
            assertThat(port.offloadFallbacks()).isZero();
        }
    }
}
