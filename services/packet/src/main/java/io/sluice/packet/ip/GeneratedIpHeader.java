// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ip;

import io.sluice.packet.Checksums;
import io.sluice.packet.InnerPacket;
import java.nio.ByteBuffer;

/**
 * Writes the IP header of a packet that the gateway itself makes: a TCP reset, an ICMP error. Such a packet goes
 * from the destination of the packet it answers to the source.
 *
 * <p>IPv4 has no options, identification 0 and DF set, so that it is an atomic datagram whose identification means
 * nothing (RFC 6864 section 4.1); IPv6 has no extension header and flow label 0. DSCP and ECN are 0, the time to live is
 * {@link #TIME_TO_LIVE}.
 *
 * <p><b>Ownership:</b> borrows the buffer for the call. <b>Allocation:</b> none. <b>Source:</b> RFC 791 section 3.1, RFC
 * 8200 section 3.
 */
public final class GeneratedIpHeader {
    /** Time to live and hop limit of generated packets. */
    public static final int TIME_TO_LIVE = 64;

    private static final int DONT_FRAGMENT = 0x4000;

    private GeneratedIpHeader() {}

    /**
     * Writes 20 bytes with a right checksum.
     *
     * @param buffer big-endian buffer
     * @param offset absolute index of the first byte written
     * @param totalLengthBytes length of header and data
     * @param protocol protocol of the data
     * @param answered the packet answered, whose addresses are reversed
     */
    public static void writeIpv4(
            ByteBuffer buffer, int offset, int totalLengthBytes, int protocol, InnerPacket answered) {
        buffer.putInt(offset, 0x4500_0000 | totalLengthBytes);
        buffer.putInt(offset + 4, DONT_FRAGMENT);
        buffer.putInt(offset + 8, TIME_TO_LIVE << 24 | protocol << 16);
        buffer.putInt(offset + 12, (int) answered.destinationLow());
        buffer.putInt(offset + 16, (int) answered.sourceLow());
        buffer.putShort(offset + 10, (short) Checksums.internet(buffer, offset, Ipv4Flyweight.HEADER_BYTES_MIN));
    }

    /**
     * Writes 40 bytes.
     *
     * @param buffer big-endian buffer
     * @param offset absolute index of the first byte written
     * @param payloadLengthBytes bytes after this header
     * @param nextHeader type of what follows
     * @param answered the packet answered, whose addresses are reversed
     */
    public static void writeIpv6(
            ByteBuffer buffer, int offset, int payloadLengthBytes, int nextHeader, InnerPacket answered) {
        buffer.putInt(offset, 0x6000_0000);
        buffer.putInt(offset + 4, payloadLengthBytes << 16 | nextHeader << 8 | TIME_TO_LIVE);
        buffer.putLong(offset + 8, answered.destinationHigh());
        buffer.putLong(offset + 16, answered.destinationLow());
        buffer.putLong(offset + 24, answered.sourceHigh());
        buffer.putLong(offset + 32, answered.sourceLow());
    }
}
