// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Set;

/** Frames as a tap on an appliance's cable sees them. */
final class Frames {
    static final KnownEndpoint AZ1_ENDPOINT = KnownEndpoint.of("vpce-0a1b2c3d4e5f60718", "az1");
    static final KnownEndpoint AZ2_ENDPOINT = KnownEndpoint.of("vpce-0b2c3d4e5f6071829", "az2");
    static final TappedAppliance AZ1_A = appliance("fw-az1-a", "az1", "10.1.1.11", "10.1.1.1");
    static final TappedAppliance AZ1_B = appliance("fw-az1-b", "az1", "10.1.1.12", "10.1.1.1");
    static final TappedAppliance AZ2_A = appliance("fw-az2-a", "az2", "10.1.2.11", "10.1.2.1");

    private static final int ETHERNET_BYTES = 14;

    private Frames() {}

    /** From the node to the appliance. */
    static byte[] sent(TappedAppliance to, int sourcePort, byte[] geneve) {
        return ethernet(to.nodes().iterator().next().toString(), to.address().toString(), sourcePort, 6081, geneve);
    }

    /** From the appliance to the node. */
    static byte[] returned(TappedAppliance from, int sourcePort, int destinationPort, byte[] geneve) {
        return ethernet(
                from.address().toString(),
                from.nodes().iterator().next().toString(),
                sourcePort,
                destinationPort,
                geneve);
    }

    static byte[] ethernet(String source, String destination, int sourcePort, int destinationPort, byte[] payload) {
        return ethernet(PacketBuilder.ipv4()
                .from(source)
                .to(destination)
                .udp(sourcePort, destinationPort)
                .payload(payload)
                .build());
    }

    static byte[] ethernet(byte[] ipv4) {
        return ByteBuffer.allocate(ETHERNET_BYTES + ipv4.length)
                .putShort(ETHERNET_BYTES - 2, (short) 0x0800)
                .put(ETHERNET_BYTES, ipv4)
                .array();
    }

    private static TappedAppliance appliance(String name, String zone, String address, String node) {
        return new TappedAppliance(name, zone, HostAddress.of(address), Set.of(HostAddress.of(node)));
    }
}
