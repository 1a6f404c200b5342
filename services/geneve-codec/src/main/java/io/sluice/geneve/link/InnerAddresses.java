// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.packet.geneve.GeneveFlyweight;
import java.nio.ByteBuffer;

/**
 * Hashes of the addresses of an inner packet, which nothing of is trusted: of a packet that ends before them the hash is 0.
 *
 * <p><b>Threading</b>: any. <b>Allocation</b>: none.
 */
final class InnerAddresses {

    private static final int IPV4_HEADER_BYTES_MIN = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private InnerAddresses() {}

    /**
     * The key of rendezvous hashing: endpoint and addresses, the same in both directions.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the inner IP header
     * @param lengthBytes bytes present from there on
     */
    static long symmetric(long endpointId, ByteBuffer buffer, int offset, int lengthBytes, int protocolType) {
        long sum = source(buffer, offset, lengthBytes, protocolType)
                + destination(buffer, offset, lengthBytes, protocolType);
        return Mixed.of(sum ^ (endpointId * SPREAD));
    }

    /** Endpoint, cookie and addresses, other in each direction; not 0. */
    static long directed(
            long endpointId, int flowCookie, ByteBuffer buffer, int offset, int lengthBytes, int protocolType) {
        long both = source(buffer, offset, lengthBytes, protocolType) * 3
                + destination(buffer, offset, lengthBytes, protocolType);
        return Mixed.of(both ^ flow(endpointId, flowCookie)) | 1;
    }

    /** Endpoint and cookie; not 0, and no {@link #directed}. */
    static long flow(long endpointId, int flowCookie) {
        return (Mixed.of(endpointId * SPREAD + flowCookie) & ~1L) | 2;
    }

    private static long source(ByteBuffer buffer, int offset, int lengthBytes, int protocolType) {
        return protocolType == GeneveFlyweight.PROTOCOL_IPV4
                ? ipv4(buffer, offset, lengthBytes, 12)
                : ipv6(buffer, offset, lengthBytes, 8);
    }

    private static long destination(ByteBuffer buffer, int offset, int lengthBytes, int protocolType) {
        return protocolType == GeneveFlyweight.PROTOCOL_IPV4
                ? ipv4(buffer, offset, lengthBytes, 16)
                : ipv6(buffer, offset, lengthBytes, 24);
    }

    private static long ipv4(ByteBuffer buffer, int offset, int lengthBytes, int at) {
        return lengthBytes < IPV4_HEADER_BYTES_MIN ? 0 : Mixed.of(buffer.getInt(offset + at));
    }

    private static long ipv6(ByteBuffer buffer, int offset, int lengthBytes, int at) {
        return lengthBytes < IPV6_HEADER_BYTES
                ? 0
                : Mixed.of(Mixed.of(buffer.getLong(offset + at)) + buffer.getLong(offset + at + Long.BYTES));
    }
}
