// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The internet checksum: the complement of the ones' complement sum of 16-bit words (RFC 1071).
 *
 * <p>Partial sums are plain longs that have not been folded; sums of several ranges add up as long as every range but
 * the last has an even length. To compute a checksum, set its field to 0 first; over a range whose checksum is right,
 * the result is 0. A UDP checksum that comes out as 0 is sent as 0xFFFF (RFC 768), which {@link #udpField} does.
 *
 * <p><b>Source:</b> RFC 1071, RFC 1624, RFC 791, RFC 9293 section 3.1, RFC 768, RFC 4443 section 2.3, RFC 8200 section
 * 8.1. <b>Complexity:</b> linear, 4 bytes a step.
 */
public final class Checksums {
    private Checksums() {}

    /**
     * The checksum of a range.
     *
     * @return 16 bits, ready for a checksum field
     */
    public static int internet(ByteBuffer buffer, int offset, int lengthBytes) {
        return complement(sum(buffer, offset, lengthBytes));
    }

    /**
     * The checksum of the IPv4 header at an offset, options included, as if its checksum field were 0.
     *
     * @param headerLengthBytes 20 to 60
     */
    public static int ipv4Header(ByteBuffer buffer, int offset, int headerLengthBytes) {
        long sum = sum(buffer, offset, headerLengthBytes);
        // Adding the complement takes the field out of a ones' complement sum.
        return complement(sum + (~buffer.getShort(offset + 10) & 0xFFFF));
    }

    /**
     * The checksum of a TCP or UDP segment carried by IPv4.
     *
     * @param ipOffset absolute index of the IPv4 header, whose addresses enter the sum
     * @param protocol protocol number of the segment
     * @param transportOffset absolute index of the segment
     * @param transportLengthBytes length of the segment, header and data
     */
    public static int overIpv4(
            ByteBuffer buffer, int ipOffset, int protocol, int transportOffset, int transportLengthBytes) {
        return complement(ipv4PseudoHeader(buffer, ipOffset, protocol, transportLengthBytes)
                + sum(buffer, transportOffset, transportLengthBytes));
    }

    /**
     * The checksum of a TCP or UDP segment or ICMPv6 message carried by IPv6; with a routing header in between, the
     * destination in the IPv6 header must be the final one.
     *
     * @param ipOffset absolute index of the IPv6 header, whose addresses enter the sum
     * @param protocol protocol number of the segment, not of an extension header
     * @param transportOffset absolute index of the segment
     * @param transportLengthBytes length of the segment, header and data
     */
    public static int overIpv6(
            ByteBuffer buffer, int ipOffset, int protocol, int transportOffset, int transportLengthBytes) {
        return complement(ipv6PseudoHeader(buffer, ipOffset, protocol, transportLengthBytes)
                + sum(buffer, transportOffset, transportLengthBytes));
    }

    /** Partial sum of the pseudo-header of IPv4: addresses, protocol, length. */
    public static long ipv4PseudoHeader(ByteBuffer buffer, int ipOffset, int protocol, int transportLengthBytes) {
        return sum(buffer, ipOffset + 12, 8) + protocol + transportLengthBytes;
    }

    /** Partial sum of the pseudo-header of IPv6: addresses, length, next header. */
    public static long ipv6PseudoHeader(ByteBuffer buffer, int ipOffset, int protocol, int transportLengthBytes) {
        return sum(buffer, ipOffset + 8, 32) + protocol + transportLengthBytes;
    }

    /**
     * A checksum after one 16-bit word of its range changed (RFC 1624, equation 3).
     *
     * @param checksum the field before the change
     * @param oldWord the word before the change, 16 bits
     * @param newWord the word after the change, 16 bits
     */
    public static int update(int checksum, int oldWord, int newWord) {
        return complement((~checksum & 0xFFFFL) + (~oldWord & 0xFFFFL) + (newWord & 0xFFFFL));
    }

    /** The value to write into a UDP checksum field: 0 would say that there is none. */
    public static int udpField(int checksum) {
        return checksum == 0 ? 0xFFFF : checksum;
    }

    /** Partial sum of a range; an odd last byte counts as the high byte of a word. */
    public static long sum(ByteBuffer buffer, int offset, int lengthBytes) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        long sum = 0;
        int at = offset;
        int end = offset + lengthBytes;
        // 2^32 is 1 modulo 2^16-1, so words of 32 bits sum to the same folded value as words of 16.
        for (; at + 4 <= end; at += 4) {
            sum += buffer.getInt(at) & 0xFFFF_FFFFL;
        }
        if (at + 2 <= end) {
            sum += buffer.getShort(at) & 0xFFFF;
            at += 2;
        }
        if (at < end) {
            sum += (buffer.get(at) & 0xFF) << 8;
        }
        return sum;
    }

    /** Folds a partial sum to 16 bits and complements it. */
    public static int complement(long sum) {
        long folded = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) ~folded & 0xFFFF;
    }
}
