// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import io.sluice.packet.Checksums;
import io.sluice.packet.InnerPacket;
import java.nio.ByteBuffer;

/**
 * Lowers the maximum segment size that a SYN or SYN-ACK announces, so that a connection fits a smaller path.
 *
 * <p>The option list is walked up to its end mark, its first contradiction or the end of the header, and a list that is
 * cut or malformed is left as it is from there on. Each maximum segment size option that announces more is lowered; an
 * option is never added (without one a peer sends 536 or 1,220 bytes, RFC 9293 section 3.7.1). The checksum is changed by
 * what changed, so one that was wrong stays wrong (W-22).
 *
 * <p><b>Units:</b> bytes of TCP data in a segment. <b>Ownership:</b> borrows the buffer for the call. <b>Errors:</b>
 * none thrown. <b>Allocation:</b> none. <b>Complexity:</b> at most 40 steps. <b>Source:</b> RFC 9293 section 3.1 (option
 * list) and 3.7.1, RFC 1624 equation 3; Q-6.
 */
public final class MssClamp {
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int MAXIMUM_SEGMENT_SIZE = 2;
    private static final int MAXIMUM_SEGMENT_SIZE_BYTES = 4;
    private static final int OPTION_BYTES_MIN = 2;
    private static final int CHECKSUM_OFFSET = 16;

    private MssClamp() {}

    /**
     * Lowers the announcement to {@code mss} if it is above.
     *
     * @param buffer big-endian buffer that holds the packet
     * @param inner the packet, parsed without error; its accessors hold afterwards too
     * @param mss the most to announce, 1 to 65,535
     * @return whether the packet was changed
     */
    public static boolean clamp(ByteBuffer buffer, InnerPacket inner, int mss) {
        assert mss > 0 && mss <= 0xFFFF : "a segment size of 16 bits";
        // flags are 0 for anything but a TCP header
        if ((inner.tcpFlags() & TcpFlyweight.SYN) == 0) {
            return false;
        }
        int tcpOffset = inner.transportOffset();
        int dataOffsetBytes = (buffer.get(tcpOffset + 12) & 0xF0) >>> 2;
        // a first fragment may end within the options
        int end = Math.min(tcpOffset + dataOffsetBytes, inner.endOffset());
        boolean changed = false;
        int at = tcpOffset + TcpFlyweight.HEADER_BYTES_MIN;
        while (at < end) {
            int kind = buffer.get(at);
            if (kind == END_OF_OPTIONS) {
                break;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            if (at + 1 == end) {
                break;
            }
            int optionBytes = buffer.get(at + 1) & 0xFF;
            if (optionBytes < OPTION_BYTES_MIN || optionBytes > end - at) {
                break;
            }
            if (kind == MAXIMUM_SEGMENT_SIZE && optionBytes == MAXIMUM_SEGMENT_SIZE_BYTES) {
                changed |= lower(buffer, tcpOffset, at + OPTION_BYTES_MIN, mss);
            }
            at += optionBytes;
        }
        return changed;
    }

    private static boolean lower(ByteBuffer buffer, int tcpOffset, int valueOffset, int mss) {
        int announced = buffer.getShort(valueOffset) & 0xFFFF;
        if (announced <= mss) {
            return false;
        }
        buffer.putShort(valueOffset, (short) mss);
        int checksum = buffer.getShort(tcpOffset + CHECKSUM_OFFSET) & 0xFFFF;
        // A value at an odd offset lies in two words, its bytes swapped; the sum of words swaps with its terms.
        boolean aligned = ((valueOffset - tcpOffset) & 1) == 0;
        int updated = aligned
                ? Checksums.update(checksum, announced, mss)
                : Checksums.update(checksum, swapped(announced), swapped(mss));
        buffer.putShort(tcpOffset + CHECKSUM_OFFSET, (short) updated);
        return true;
    }

    private static int swapped(int word) {
        return (word & 0xFF) << 8 | word >>> 8;
    }
}
