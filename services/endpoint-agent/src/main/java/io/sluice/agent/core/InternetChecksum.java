// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;

/**
 * The checksum of IP, TCP and UDP (RFC 1071), in steps: sums of parts are added, then folded once.
 *
 * <p>A sum is a {@code long} of 16-bit words in network order with its carries not yet folded; that of 64 KiB is below
 * 2^46, so thousands may be added. Every part but the last must have an even length.
 *
 * <p><b>Threading</b>: no state. <b>Complexity</b>: one pass, eight bytes a step.
 */
final class InternetChecksum {

    private static final long LOW_32 = 0xFFFF_FFFFL;

    private InternetChecksum() {}

    /** The sum over a part of a big-endian buffer; an odd last byte counts as if a zero followed. */
    static long sum(ByteBuffer buffer, int offset, int lengthBytes) {
        int end = offset + lengthBytes;
        int at = offset;
        long even = 0;
        long odd = 0;
        for (; at + 16 <= end; at += 16) {
            long first = buffer.getLong(at);
            long second = buffer.getLong(at + 8);
            even += (first >>> 32) + (first & LOW_32);
            odd += (second >>> 32) + (second & LOW_32);
        }
        long sum = even + odd;
        for (; at + 4 <= end; at += 4) {
            sum += buffer.getInt(at) & LOW_32;
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

    /** A sum in 16 bits, carries added; its complement is a checksum. */
    static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & LOW_32);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        return (int) folded;
    }
}
