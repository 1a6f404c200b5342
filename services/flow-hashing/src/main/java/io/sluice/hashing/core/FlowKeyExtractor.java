// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.QuotedPacket;
import io.sluice.packet.ip.IpProtocol;

/**
 * Makes the flow key of a parsed packet (F-1 … F-5).
 *
 * <table>
 *   <caption>What the key holds besides endpoint, addresses and IP version</caption>
 *   <tr><th>stickiness</th><th>packet</th><th>kind</th><th>protocol</th><th>ports</th></tr>
 *   <tr><td>5-tuple</td><td>TCP, UDP (F-1)</td><td>5-tuple</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>5-tuple</td><td>other protocols (F-2, F-25, F-27)</td><td>5-tuple</td><td>yes</td><td>0</td></tr>
 *   <tr><td>5-tuple</td><td>fragments, the first included, with no map (F-23)</td><td>3-tuple</td><td>yes</td><td>0</td></tr>
 *   <tr><td>3-tuple</td><td>all (F-3)</td><td>3-tuple</td><td>yes</td><td>0</td></tr>
 *   <tr><td>2-tuple</td><td>all (F-3)</td><td>2-tuple</td><td>0</td><td>0</td></tr>
 * </table>
 *
 * <p><b>Fragments.</b> Only the first carries ports. F-23 sends the others after the first, by a fragment map, whose ports
 * {@link #extractWithPorts} takes; without an entry they fall back to the 3-tuple, which {@link #extract} makes of every
 * fragment, the first included. The kind of that key is 3-tuple, as that is what it is; so it opens a flow whatever the
 * TCP flags (F-22, "never drop merely for being a fragment"). The protocol is the one all fragments of a packet agree on.
 *
 * <p><b>ICMP errors.</b> {@link #extract} gives them the AWS-like 3-tuple of their own addresses, {@link #extractQuoted}
 * the key of the packet they quote (F-24).
 *
 * <p>IPv4 options and IPv6 extension headers are the parser's matter (F-26, F-28). The flow label is not in the key.
 * <b>Allocation.</b> None.
 */
public final class FlowKeyExtractor {

    private FlowKeyExtractor() {}

    /**
     * Writes the six words of a packet's key.
     *
     * @param packet a packet that was parsed without error
     * @param endpointId the endpoint it belongs to (F-5)
     * @param stickiness the kind of the endpoint's target group (F-7)
     * @param key array the words are written to
     * @param firstWord index of the first of them
     * @return whether the packet comes from the key's lower side
     */
    public static boolean extract(
            InnerPacket packet, long endpointId, Stickiness stickiness, long[] key, int firstWord) {
        Stickiness kind = stickiness;
        int protocol = packet.protocol();
        int sourcePort = 0;
        int destinationPort = 0;
        if (stickiness == Stickiness.TWO_TUPLE) {
            protocol = 0;
        } else if (packet.isFragment()) {
            kind = Stickiness.THREE_TUPLE;
            protocol = packet.fragmentProtocol();
        } else if (stickiness == Stickiness.FIVE_TUPLE && hasPorts(protocol)) {
            sourcePort = packet.sourcePort();
            destinationPort = packet.destinationPort();
        }
        return write(packet, sourcePort, destinationPort, protocol, kind, endpointId, key, firstWord);
    }

    /**
     * Writes the six words of the key that a fragment's whole packet has (F-23).
     *
     * <p>Ports count under a 5-tuple and for TCP and UDP only, so for other protocols no map needs to be asked. All
     * fragments of a packet get one key. It is the whole packet's, except where IPv6 destination options lie in the
     * fragmented part: later fragments cannot know the protocol behind them, and those options count as the protocol.
     *
     * @param fragment a packet that was parsed without error; its own ports do not enter the key
     * @param sourcePort source port of the first fragment, 0 to 65,535
     * @param destinationPort destination port of the first fragment, 0 to 65,535
     * @param endpointId the endpoint it belongs to (F-5)
     * @param stickiness the kind of the endpoint's target group (F-7)
     * @param key array the words are written to
     * @param firstWord index of the first of them
     * @return whether the fragment comes from the key's lower side
     */
    public static boolean extractWithPorts(
            InnerPacket fragment,
            int sourcePort,
            int destinationPort,
            long endpointId,
            Stickiness stickiness,
            long[] key,
            int firstWord) {
        int agreed = fragment.isFragment() ? fragment.fragmentProtocol() : fragment.protocol();
        boolean withPorts = stickiness == Stickiness.FIVE_TUPLE && hasPorts(agreed);
        return write(
                fragment,
                withPorts ? sourcePort : 0,
                withPorts ? destinationPort : 0,
                stickiness == Stickiness.TWO_TUPLE ? 0 : agreed,
                stickiness,
                endpointId,
                key,
                firstWord);
    }

    /**
     * Writes the six words of the key of the packet that an ICMP error quotes (F-24).
     *
     * <p>A quoted first fragment has the key of its whole packet, as {@link #extractWithPorts} gives it; a quoted later
     * one has no ports and gets the 3-tuple, as {@link #extract} gives it.
     *
     * @param quoted the quote, parsed
     * @param endpointId the endpoint the error belongs to (F-5)
     * @param stickiness the kind of the endpoint's target group (F-7)
     * @param key array the words are written to
     * @param firstWord index of the first of them
     * @return whether the error comes from the key's lower side; it travels opposite to the packet it quotes
     */
    public static boolean extractQuoted(
            QuotedPacket quoted, long endpointId, Stickiness stickiness, long[] key, int firstWord) {
        Stickiness kind = stickiness;
        int protocol = quoted.isFragment() ? quoted.fragmentProtocol() : quoted.protocol();
        int sourcePort = 0;
        int destinationPort = 0;
        if (stickiness == Stickiness.TWO_TUPLE) {
            protocol = 0;
        } else if (quoted.nonFirstFragment()) {
            kind = Stickiness.THREE_TUPLE;
        } else if (stickiness == Stickiness.FIVE_TUPLE && hasPorts(protocol)) {
            sourcePort = quoted.sourcePort();
            destinationPort = quoted.destinationPort();
        }
        return write(
                quoted.destinationHigh(),
                quoted.destinationLow(),
                destinationPort,
                quoted.sourceHigh(),
                quoted.sourceLow(),
                sourcePort,
                protocol,
                quoted.ipVersion(),
                kind,
                endpointId,
                key,
                firstWord);
    }

    /**
     * Writes the six words of the key that a whole packet with these fields has.
     *
     * @param ipVersion 4 or 6
     * @param sourceHigh bits 127..64 of the source address, 0 for IPv4
     * @param sourceLow its other bits; of IPv4 the unsigned 32
     * @param sourcePort 0 to 65,535; counts under a 5-tuple and for TCP and UDP only
     * @param destinationHigh as for the source
     * @param destinationLow as for the source
     * @param destinationPort as for the source
     * @param ipProtocol 0 to 255
     * @param endpointId the endpoint it belongs to (F-5)
     * @param stickiness the kind of the endpoint's target group (F-7)
     * @param key array the words are written to
     * @param firstWord index of the first of them
     * @return whether the packet comes from the key's lower side
     */
    public static boolean extractTuple(
            int ipVersion,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort,
            int ipProtocol,
            long endpointId,
            Stickiness stickiness,
            long[] key,
            int firstWord) {
        boolean withPorts = stickiness == Stickiness.FIVE_TUPLE && hasPorts(ipProtocol);
        return write(
                sourceHigh,
                sourceLow,
                withPorts ? sourcePort : 0,
                destinationHigh,
                destinationLow,
                withPorts ? destinationPort : 0,
                stickiness == Stickiness.TWO_TUPLE ? 0 : ipProtocol,
                ipVersion,
                stickiness,
                endpointId,
                key,
                firstWord);
    }

    private static boolean write(
            InnerPacket packet,
            int sourcePort,
            int destinationPort,
            int protocol,
            Stickiness kind,
            long endpointId,
            long[] key,
            int firstWord) {
        return write(
                packet.sourceHigh(),
                packet.sourceLow(),
                sourcePort,
                packet.destinationHigh(),
                packet.destinationLow(),
                destinationPort,
                protocol,
                packet.ipVersion(),
                kind,
                endpointId,
                key,
                firstWord);
    }

    /** Writes the key of a packet from side a to side b; says whether a is the lower side. */
    private static boolean write(
            long aHigh,
            long aLow,
            int aPort,
            long bHigh,
            long bLow,
            int bPort,
            int protocol,
            int ipVersion,
            Stickiness kind,
            long endpointId,
            long[] key,
            int firstWord) {
        key[firstWord] = endpointId;
        boolean aIsLower = isLower(aHigh, aLow, aPort, bHigh, bLow, bPort);
        if (aIsLower) {
            key[firstWord + 1] = aHigh;
            key[firstWord + 2] = aLow;
            key[firstWord + 3] = bHigh;
            key[firstWord + 4] = bLow;
            key[firstWord + 5] = FlowKey.traits(aPort, bPort, protocol, ipVersion, kind);
        } else {
            key[firstWord + 1] = bHigh;
            key[firstWord + 2] = bLow;
            key[firstWord + 3] = aHigh;
            key[firstWord + 4] = aLow;
            key[firstWord + 5] = FlowKey.traits(bPort, aPort, protocol, ipVersion, kind);
        }
        return aIsLower;
    }

    private static boolean hasPorts(int protocol) {
        return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
    }

    /** Whether side a is not above side b by (address, port), unsigned; equal sides count as lower. */
    private static boolean isLower(long aHigh, long aLow, int aPort, long bHigh, long bLow, int bPort) {
        if (aHigh != bHigh) {
            return Long.compareUnsigned(aHigh, bHigh) < 0;
        }
        if (aLow != bLow) {
            return Long.compareUnsigned(aLow, bLow) < 0;
        }
        return aPort <= bPort;
    }
}
