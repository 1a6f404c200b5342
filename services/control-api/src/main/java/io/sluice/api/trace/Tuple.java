// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.trace;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What a trace asks about: a whole packet that may open a flow, so of TCP a SYN.
 *
 * @param source its source address
 * @param sourcePort of TCP and UDP, 0 to 65,535
 * @param destination its destination address, of the same IP version
 * @param destinationPort of TCP and UDP, 0 to 65,535
 * @param protocol IP protocol number, 0 to 255
 */
public record Tuple(InetAddress source, int sourcePort, InetAddress destination, int destinationPort, int protocol) {

    /** Checks that both addresses are of one IP version. */
    public Tuple {
        if (source.getClass() != destination.getClass()) {
            throw new IllegalArgumentException(
                    "source and destination are of two IP versions: expected both IPv4 or both IPv6");
        }
    }

    /** 4 or 6. */
    public int ipVersion() {
        return source instanceof Inet6Address ? 6 : 4;
    }

    /** The flow's key at an endpoint whose group has that stickiness. */
    public FlowKey key(long endpointId, Stickiness stickiness) {
        long[] words = new long[FlowKey.WORDS];
        FlowKeyExtractor.extractTuple(
                ipVersion(),
                high(source),
                low(source),
                sourcePort,
                high(destination),
                low(destination),
                destinationPort,
                protocol,
                endpointId,
                stickiness,
                words,
                0);
        return FlowKey.copyOf(words, 0);
    }

    /** What targets are ranked with. */
    public static long rankingHash(FlowKey key) {
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        return FlowHasher.rankingHash(words, 0);
    }

    private static long high(InetAddress address) {
        return address instanceof Inet6Address
                ? ByteBuffer.wrap(address.getAddress()).getLong()
                : 0;
    }

    private static long low(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address ? bytes.getLong(Long.BYTES) : Integer.toUnsignedLong(bytes.getInt());
    }
}
