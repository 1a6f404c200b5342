// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel and the agent tell each other about a packet of a TUN device with {@code IFF_VNET_HDR}: which checksum
 * is not complete, and into what segments a super-packet is to be cut.
 *
 * <p><b>Layout</b> (10 bytes, {@code struct virtio_net_hdr}; numbers in native order): flags 1, kind of segmentation 1,
 * length of all headers 2, payload of a segment 2, where the unfinished checksum's sum begins 2, where its field is from
 * there 2. Offsets count from the first byte of the packet.
 *
 * <p><b>Source</b>: Virtual I/O Device 1.3 §5.1.6; Linux, {@code include/uapi/linux/virtio_net.h}.
 */
public final class VirtioHeader {

    public static final int LENGTH_BYTES = 10;

    /** The field named by the header holds the sum over the pseudo-header; the rest is to be added. */
    static final int NEEDS_CHECKSUM = 1;

    static final int KIND_NONE = 0;
    static final int KIND_TCP_IPV4 = 1;
    static final int KIND_TCP_IPV6 = 4;
    static final int KIND_UDP = 5;

    private static final int KIND_OFFSET = 1;
    private static final int HEADERS_OFFSET = 2;
    private static final int SEGMENT_OFFSET = 4;
    private static final int CHECKSUM_START_OFFSET = 6;
    private static final int CHECKSUM_FIELD_OFFSET = 8;
    private static final boolean SWAPPED = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private VirtioHeader() {}

    static boolean needsChecksum(ByteBuffer buffer, int offset) {
        return (buffer.get(offset) & NEEDS_CHECKSUM) != 0;
    }

    static int kind(ByteBuffer buffer, int offset) {
        return buffer.get(offset + KIND_OFFSET) & 0xFF;
    }

    static int segmentBytes(ByteBuffer buffer, int offset) {
        return number(buffer, offset + SEGMENT_OFFSET);
    }

    static int checksumStart(ByteBuffer buffer, int offset) {
        return number(buffer, offset + CHECKSUM_START_OFFSET);
    }

    static int checksumField(ByteBuffer buffer, int offset) {
        return number(buffer, offset + CHECKSUM_FIELD_OFFSET);
    }

    /** Says that the packet is what it is: nothing to complete, nothing to cut. */
    static void writePlain(ByteBuffer buffer, int offset) {
        buffer.putLong(offset, 0);
        buffer.putShort(offset + CHECKSUM_FIELD_OFFSET, (short) 0);
    }

    /** Says that the packet is a super-packet of TCP whose checksum is the sum over its pseudo-header. */
    static void writeTcp(
            ByteBuffer buffer, int offset, int kind, int headersBytes, int segmentBytes, int transportOffset) {
        buffer.put(offset, (byte) NEEDS_CHECKSUM).put(offset + KIND_OFFSET, (byte) kind);
        put(buffer, offset + HEADERS_OFFSET, headersBytes);
        put(buffer, offset + SEGMENT_OFFSET, segmentBytes);
        put(buffer, offset + CHECKSUM_START_OFFSET, transportOffset);
        put(buffer, offset + CHECKSUM_FIELD_OFFSET, InnerHeaders.TCP_CHECKSUM);
    }

    private static int number(ByteBuffer buffer, int offset) {
        short value = buffer.getShort(offset);
        return (SWAPPED ? Short.reverseBytes(value) : value) & 0xFFFF;
    }

    private static void put(ByteBuffer buffer, int offset, int value) {
        buffer.putShort(offset, SWAPPED ? Short.reverseBytes((short) value) : (short) value);
    }
}
