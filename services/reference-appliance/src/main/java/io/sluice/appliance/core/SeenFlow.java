// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.HexFormat;

/**
 * One flow as this appliance saw it: endpoint, cookie and inner tuple, and what came in each direction.
 *
 * <p>Forward is the direction of the first packet seen. The ends are kept in an order that both directions share, so a
 * flow equals itself whichever way it is met; a tuple used again with another cookie is another flow (W-17).
 *
 * <p><b>Threading</b>: one thread. An instance that is no key of a map may be {@link #set} again and again.
 */
public final class SeenFlow {

    private long endpointId;
    private int cookie;
    private int protocol;
    private boolean ipv4;
    private boolean swapped;
    private long firstHigh;
    private long firstLow;
    private int firstPort;
    private long secondHigh;
    private long secondLow;
    private int secondPort;

    private long forwardPackets;
    private long forwardBytes;
    private long reversePackets;
    private long reverseBytes;

    SeenFlow() {}

    /** Takes identity and direction from a packet. */
    void set(GatewayPacket packet) {
        endpointId = packet.endpointId();
        cookie = packet.cookie();
        protocol = packet.protocol();
        ipv4 = packet.isIpv4();
        int order = Long.compareUnsigned(packet.sourceHigh(), packet.destinationHigh());
        if (order == 0) {
            order = Long.compareUnsigned(packet.sourceLow(), packet.destinationLow());
        }
        if (order == 0) {
            order = Integer.compare(packet.sourcePort(), packet.destinationPort());
        }
        swapped = order > 0;
        firstHigh = swapped ? packet.destinationHigh() : packet.sourceHigh();
        firstLow = swapped ? packet.destinationLow() : packet.sourceLow();
        firstPort = swapped ? packet.destinationPort() : packet.sourcePort();
        secondHigh = swapped ? packet.sourceHigh() : packet.destinationHigh();
        secondLow = swapped ? packet.sourceLow() : packet.destinationLow();
        secondPort = swapped ? packet.sourcePort() : packet.destinationPort();
    }

    /** Takes endpoint and tuple from a packet and leaves the cookie out, so that a tuple used again equals itself. */
    void setTuple(GatewayPacket packet) {
        set(packet);
        cookie = 0;
    }

    /** A flow of the same identity and forward direction, with nothing counted. */
    SeenFlow copy() {
        SeenFlow copy = new SeenFlow();
        copy.endpointId = endpointId;
        copy.cookie = cookie;
        copy.protocol = protocol;
        copy.ipv4 = ipv4;
        copy.swapped = swapped;
        copy.firstHigh = firstHigh;
        copy.firstLow = firstLow;
        copy.firstPort = firstPort;
        copy.secondHigh = secondHigh;
        copy.secondLow = secondLow;
        copy.secondPort = secondPort;
        return copy;
    }

    /** Counts a packet in the direction of {@code met}; true where it is the first of that direction. */
    boolean count(SeenFlow met, int innerBytes) {
        if (met.swapped == swapped) {
            forwardBytes += innerBytes;
            return ++forwardPackets == 1;
        }
        reverseBytes += innerBytes;
        return ++reversePackets == 1;
    }

    /** Option 1. */
    public long endpointId() {
        return endpointId;
    }

    /** Option 3. */
    public int cookie() {
        return cookie;
    }

    /** Inner protocol. */
    public int protocol() {
        return protocol;
    }

    /** Packets of the forward direction. */
    public long forwardPackets() {
        return forwardPackets;
    }

    /** Inner bytes of the forward direction. */
    public long forwardBytes() {
        return forwardBytes;
    }

    /** Packets of the reverse direction. */
    public long reversePackets() {
        return reversePackets;
    }

    /** Inner bytes of the reverse direction. */
    public long reverseBytes() {
        return reverseBytes;
    }

    /** Address and port of the sender in the forward direction. */
    public String source() {
        return swapped ? end(secondHigh, secondLow, secondPort) : end(firstHigh, firstLow, firstPort);
    }

    /** Address and port of the receiver in the forward direction. */
    public String destination() {
        return swapped ? end(firstHigh, firstLow, firstPort) : end(secondHigh, secondLow, secondPort);
    }

    private String end(long high, long low, int port) {
        if (ipv4) {
            return (low >>> 24) + "." + (low >>> 16 & 0xFF) + "." + (low >>> 8 & 0xFF) + "." + (low & 0xFF) + ":"
                    + port;
        }
        StringBuilder text = new StringBuilder("[");
        for (int group = 0; group < 8; group++) {
            long half = group < 4 ? high : low;
            text.append(group == 0 ? "" : ":").append(Long.toHexString((half >>> (48 - group % 4 * 16)) & 0xFFFF));
        }
        return text.append("]:").append(port).toString();
    }

    /** The cookie as the gateway writes it too: 0x and 8 hex digits. */
    public String cookieText() {
        return "0x" + HexFormat.of().toHexDigits(cookie);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeenFlow flow
                && endpointId == flow.endpointId
                && cookie == flow.cookie
                && protocol == flow.protocol
                && ipv4 == flow.ipv4
                && firstHigh == flow.firstHigh
                && firstLow == flow.firstLow
                && firstPort == flow.firstPort
                && secondHigh == flow.secondHigh
                && secondLow == flow.secondLow
                && secondPort == flow.secondPort;
    }

    @Override
    public int hashCode() {
        long hash = endpointId * 31 + cookie;
        hash = hash * 31 + firstHigh;
        hash = hash * 31 + firstLow;
        hash = hash * 31 + secondHigh;
        hash = hash * 31 + secondLow;
        hash = hash * 31 + ((long) protocol << 32 | (long) firstPort << 16 | secondPort);
        return Long.hashCode(hash * 0x9E37_79B9_7F4A_7C15L);
    }
}
