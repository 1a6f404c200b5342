// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.ip.IpProtocol;

/**
 * Makes the flow key of a parsed packet (F-1 … F-5).
 *
 * <table>
 *   <caption>What the key holds besides endpoint, addresses and IP version</caption>
 *   <tr><th>stickiness</th><th>packet</th><th>kind</th><th>protocol</th><th>ports</th></tr>
 *   <tr><td>5-tuple</td><td>TCP, UDP (F-1)</td><td>5-tuple</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>5-tuple</td><td>other protocols (F-2, F-25, F-27)</td><td>5-tuple</td><td>yes</td><td>0</td></tr>
 *   <tr><td>5-tuple</td><td>fragments, the first included (F-23)</td><td>3-tuple</td><td>yes</td><td>0</td></tr>
 *   <tr><td>3-tuple</td><td>all (F-3)</td><td>3-tuple</td><td>yes</td><td>0</td></tr>
 *   <tr><td>2-tuple</td><td>all (F-3)</td><td>2-tuple</td><td>0</td><td>0</td></tr>
 * </table>
 *
 * <p><b>Fragments.</b> Only the first carries ports. F-23 sends the others after the first, by a fragment map, and
 * without an entry falls back to the 3-tuple. There is no map here, so all fragments use the fallback, the first
 * included: an appliance can then put the datagram together, which it cannot if the first goes elsewhere. Their kind is
 * 3-tuple, as that is what the key is; so they open a flow whatever their TCP flags (F-22, "never drop merely for being
 * a fragment"). The protocol is the one all fragments of a packet agree on.
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

        boolean sourceIsLower = isLower(
                packet.sourceHigh(),
                packet.sourceLow(),
                sourcePort,
                packet.destinationHigh(),
                packet.destinationLow(),
                destinationPort);
        key[firstWord] = endpointId;
        if (sourceIsLower) {
            key[firstWord + 1] = packet.sourceHigh();
            key[firstWord + 2] = packet.sourceLow();
            key[firstWord + 3] = packet.destinationHigh();
            key[firstWord + 4] = packet.destinationLow();
            key[firstWord + 5] = FlowKey.traits(sourcePort, destinationPort, protocol, packet.ipVersion(), kind);
        } else {
            key[firstWord + 1] = packet.destinationHigh();
            key[firstWord + 2] = packet.destinationLow();
            key[firstWord + 3] = packet.sourceHigh();
            key[firstWord + 4] = packet.sourceLow();
            key[firstWord + 5] = FlowKey.traits(destinationPort, sourcePort, protocol, packet.ipVersion(), kind);
        }
        return sourceIsLower;
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
