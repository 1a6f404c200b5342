// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.testkit.PacketBuilder;

/**
 * A flow between two hosts as a test speaks it: the packets of either direction, made when asked for.
 *
 * @param vni of the endpoint that both directions enter by
 * @param kind what is inside
 * @param client the initiator's address
 * @param clientPort its port; no meaning for an echo
 * @param server the other's address
 * @param serverPort its port; no meaning for an echo
 */
record SpokenFlow(int vni, Kind kind, String client, int clientPort, String server, int serverPort) {

    /** What is inside. */
    enum Kind {
        TCP,
        UDP,
        ECHO
    }

    /** A packet: of TCP a segment with these flags, of the others the next datagram or echo. */
    byte[] packet(boolean fromClient, String tcpFlags, int payloadBytes) {
        PacketBuilder builder = client.indexOf(':') < 0 ? PacketBuilder.ipv4() : PacketBuilder.ipv6();
        builder.from(fromClient ? client : server)
                .to(fromClient ? server : client)
                .payloadBytes(payloadBytes);
        int from = fromClient ? clientPort : serverPort;
        int to = fromClient ? serverPort : clientPort;
        return switch (kind) {
            case TCP ->
                builder.tcp(from, to)
                        .flags(tcpFlags)
                        .sequenceNumber(fromClient ? 1_000 : 9_000)
                        .acknowledgmentNumber(tcpFlags.indexOf('A') < 0 ? 0 : fromClient ? 9_001 : 1_001)
                        .build();
            case UDP -> builder.udp(from, to).build();
            case ECHO -> builder.echo(clientPort, 1).build();
        };
    }

    /** Payload of a live flow. */
    byte[] data(boolean fromClient) {
        return packet(fromClient, "PA", 16);
    }

    /** Its tuple, from the client's side. */
    InnerTuple tuple() {
        return InnerTuple.of(packet(true, "S", 0), 0);
    }
}
