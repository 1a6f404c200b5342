// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;

import io.sluice.testkit.PacketBuilder;

/** The packets that tests of the ingress send, and what they look like on either side. */
final class Inner {

    static final String CLIENT = "10.20.0.5";
    static final String SERVER = "203.0.113.10";

    private Inner() {}

    static byte[] tcp(boolean there, String flags, int payloadBytes) {
        return tcp(there, 40_000, flags, payloadBytes);
    }

    static byte[] tcp(boolean there, int clientPort, String flags, int payloadBytes) {
        PacketBuilder ip = there
                ? PacketBuilder.ipv4().from(CLIENT).to(SERVER).tcp(clientPort, 443)
                : PacketBuilder.ipv4().from(SERVER).to(CLIENT).tcp(443, clientPort);
        return ip.flags(flags).payloadBytes(payloadBytes).build();
    }

    static byte[] udp(int sourcePort, int payloadBytes) {
        return PacketBuilder.ipv4()
                .from(CLIENT)
                .to(SERVER)
                .udp(sourcePort, 53)
                .payloadBytes(payloadBytes)
                .build();
    }

    static byte[] udpBack(int clientPort, int payloadBytes) {
        return PacketBuilder.ipv4()
                .from(SERVER)
                .to(CLIENT)
                .udp(53, clientPort)
                .payloadBytes(payloadBytes)
                .build();
    }

    /** As an endpoint sends it and gets it back. */
    static byte[] plain(byte[] inner) {
        return PacketBuilder.geneve().vni(VNI).payload(inner).build();
    }

    /** As a target gets it and returns it. */
    static byte[] encapsulated(byte[] inner, int cookie) {
        return PacketBuilder.geneve().gwlb(ENDPOINT, cookie).payload(inner).build();
    }
}
