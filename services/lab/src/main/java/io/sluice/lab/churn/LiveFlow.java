// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A flow as its two hosts speak it: packets of both directions in turn, the first from the client, a TCP flow's opened by
 * a handshake and, after a reset, opened again.
 *
 * <p>Its number is in its client's address, which no other flow has: so whatever the stickiness, a flow is one key, and
 * every packet says whose it is.
 *
 * <p><b>Threading</b>: confined to the thread of {@link LiveTraffic}.
 */
final class LiveFlow {
    /** Clients are 10.64.0.0 and up. */
    static final int FIRST_CLIENT = 0x0a40_0000;

    static final int SERVER = 0xcb00_710a; // 203.0.113.10
    static final int SERVER_PORT = 443;

    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 40_000;
    /** A flow speaks once in seconds; what is under way for longer than so many packets is lost. */
    private static final int UNDER_WAY_MAX = 16;

    private static final byte[] NOTHING = new byte[0];

    final int number;
    final boolean tcp;
    final Spoke spoke;

    private byte[] last = NOTHING;
    private boolean arrived = true;
    /** Sent before the last one and not seen again yet, oldest first. */
    private final Deque<byte[]> underWay = new ArrayDeque<>();

    private int packets;
    /** TCP: packets since it was opened, the SYN being the first. */
    private int sinceOpened;

    private long sent;
    private long delivered;
    private boolean bothDelivered;
    private boolean gone;

    /** What became of a packet that came out of the gateway. */
    enum Arrival {
        /** It is the one that was sent last, unchanged. */
        DELIVERED,
        /** The flow has sent another since. */
        LATE,
        /** It is a reset that the gateway made. */
        RESET,
        /** It is nothing that the flow has sent, or came twice. */
        CHANGED
    }

    LiveFlow(int number, boolean tcp, Spoke spoke) {
        this.number = number;
        this.tcp = tcp;
        this.spoke = spoke;
    }

    /** The number of a flow by an address of its packets; negative where the address is no client's. */
    static int numberOf(int address) {
        return address - FIRST_CLIENT;
    }

    /** The next packet. */
    byte[] next() {
        if (tcp && sinceOpened == 1 && !arrived) {
            sinceOpened = 0; // the SYN was lost: once more
        }
        boolean fromClient = packets % 2 == 0;
        if (tcp && sinceOpened == 0 && !fromClient) {
            packets++; // a client opens
            fromClient = true;
        }
        return speak(
                fromClient,
                switch (sinceOpened) {
                    case 0 -> InnerPacket.SYN;
                    case 1 -> InnerPacket.SYN | InnerPacket.ACK;
                    default -> InnerPacket.PSH | InnerPacket.ACK;
                });
    }

    /** Whether there is something to say goodbye to: a TCP connection. */
    boolean connected() {
        return tcp && sinceOpened > 1;
    }

    /** Its last packet: a reset by the client. */
    byte[] goodbye() {
        gone = true;
        return speak(true, InnerPacket.RST | InnerPacket.ACK);
    }

    private byte[] speak(boolean fromClient, int flags) {
        if (!arrived) {
            underWay.addLast(last);
            if (underWay.size() > UNDER_WAY_MAX) {
                underWay.removeFirst();
            }
        }
        int client = FIRST_CLIENT + number;
        int port = FIRST_PORT + number % PORTS;
        int source = fromClient ? client : SERVER;
        int sourcePort = fromClient ? port : SERVER_PORT;
        int destination = fromClient ? SERVER : client;
        int destinationPort = fromClient ? SERVER_PORT : port;
        last = tcp
                ? InnerPacket.tcp(source, sourcePort, destination, destinationPort, flags, number, packets)
                : InnerPacket.udp(source, sourcePort, destination, destinationPort, number, packets);
        packets++;
        sent++;
        sinceOpened++;
        arrived = false;
        return last;
    }

    /** Takes a packet that came out of the gateway for this flow. */
    Arrival arrive(byte[] packet) {
        if (Arrays.equals(packet, last)) {
            if (arrived) {
                return Arrival.CHANGED; // once is enough
            }
            arrived = true;
            delivered++;
            bothDelivered |= delivered > 1;
            return Arrival.DELIVERED;
        }
        if (tcp && (packet[33] & InnerPacket.RST) != 0) {
            sinceOpened = 0;
            arrived = true;
            return Arrival.RESET;
        }
        return underWay.removeIf(earlier -> Arrays.equals(packet, earlier)) ? Arrival.LATE : Arrival.CHANGED;
    }

    /** Whether its last packet has come out again, or was answered. */
    boolean answered() {
        return arrived;
    }

    /** Whether it ended with a reset that did not come out: a gateway that drops a reset answers nothing (T15). */
    boolean endedUnheard() {
        return gone && !arrived;
    }

    /** Packets that it has sent. */
    long packets() {
        return sent;
    }

    /** Whether packets of both directions have come out. */
    boolean established() {
        return bothDelivered;
    }
}
