// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ethernet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of an Ethernet frame, VLAN tags included, read in place.
 *
 * <p><b>Layout</b> (IEEE 802.3 clause 3, IEEE 802.1Q clause 9; no preamble, no frame check sequence):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |                    Destination (6 bytes)                      |
 * |                               |       Source (6 bytes)        |
 * |                                                               |
 * |  0 to 2 tags: 0x8100 or 0x88A8 | PCP |D|       VLAN           |
 * |           EtherType           |  payload
 * </pre>
 *
 * <p>Values of the EtherType below 0x0600 are lengths of IEEE 802.2 frames. Behind two tags a third is not looked into:
 * its tag is then the EtherType.
 *
 * <p><b>Units:</b> addresses are 48 bits in a long. <b>Threading:</b> confined to one event loop. <b>Ownership:</b>
 * borrows the buffer until the next parse. <b>Errors:</b> none thrown for any content.
 */
public final class EthernetFlyweight {
    /** Size of the header without tags. */
    public static final int HEADER_BYTES_MIN = 14;

    /** Size of the header with the most tags that are walked. */
    public static final int HEADER_BYTES_MAX = 22;

    /** EtherType of IPv4. */
    public static final int TYPE_IPV4 = 0x0800;

    /** EtherType of ARP. */
    public static final int TYPE_ARP = 0x0806;

    /** EtherType of IPv6. */
    public static final int TYPE_IPV6 = 0x86DD;

    /** Tag of a customer VLAN. */
    public static final int TAG_CUSTOMER = 0x8100;

    /** Tag of a service VLAN. */
    public static final int TAG_SERVICE = 0x88A8;

    private static final int SOURCE_OFFSET = 6;
    private static final int TAG_BYTES = 4;
    private static final int TAGS_MAX = 2;
    private static final long GROUP_BIT = 1L << 40;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;
    private int headerBytes;
    private int frameLengthBytes;

    /**
     * Reads a frame's header; the accessors hold until the next call if the result is true.
     *
     * @param buffer big-endian buffer, borrowed
     * @param frameOffset absolute index of the destination address
     * @param frameLengthBytes bytes present; the frame lies within the buffer's limit
     * @return whether the header is there as a whole
     */
    public boolean parse(ByteBuffer buffer, int frameOffset, int frameLengthBytes) {
        this.buffer = buffer;
        this.offset = frameOffset;
        this.frameLengthBytes = frameLengthBytes;
        this.headerBytes = headerBytes(buffer, frameOffset, frameLengthBytes);
        return headerBytes != 0;
    }

    /**
     * Length of a frame's header, tags included: 14, 18 or 22; 0 if the frame ends within it.
     *
     * @param buffer big-endian buffer
     * @param frameOffset absolute index of the destination address
     * @param frameLengthBytes bytes present
     */
    public static int headerBytes(ByteBuffer buffer, int frameOffset, int frameLengthBytes) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        int headerBytes = HEADER_BYTES_MIN;
        for (int tags = 0; headerBytes <= frameLengthBytes; tags++) {
            if (tags == TAGS_MAX || !isTag(etherType(buffer, frameOffset, headerBytes))) {
                return headerBytes;
            }
            headerBytes += TAG_BYTES;
        }
        return 0;
    }

    /** EtherType of a frame whose header length is known. */
    static int etherType(ByteBuffer buffer, int frameOffset, int headerBytes) {
        return buffer.getShort(frameOffset + headerBytes - 2) & 0xFFFF;
    }

    /** The 48 bits at an index. */
    static long address(ByteBuffer buffer, int at) {
        return (long) (buffer.getShort(at) & 0xFFFF) << 32 | (buffer.getInt(at + 2) & 0xFFFF_FFFFL);
    }

    /** Writes 48 bits. */
    static void address(ByteBuffer buffer, int at, long address) {
        buffer.putShort(at, (short) (address >>> 32));
        buffer.putInt(at + 2, (int) address);
    }

    /** Whether an address names a group of stations, broadcast included. */
    static boolean isGroup(long address) {
        return (address & GROUP_BIT) != 0;
    }

    /** Destination address. */
    public long destination() {
        return address(buffer, offset);
    }

    /** Source address. */
    public long source() {
        return address(buffer, offset + SOURCE_OFFSET);
    }

    /** Type of the payload, the tags skipped. */
    public int etherType() {
        return etherType(buffer, offset, headerBytes);
    }

    /** Length of the header, tags included: 14, 18 or 22. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Absolute index of the payload. */
    public int payloadOffset() {
        return offset + headerBytes;
    }

    /** Bytes behind the header, padding included. */
    public int payloadLengthBytes() {
        return frameLengthBytes - headerBytes;
    }

    private static boolean isTag(int type) {
        return type == TAG_CUSTOMER || type == TAG_SERVICE;
    }
}
