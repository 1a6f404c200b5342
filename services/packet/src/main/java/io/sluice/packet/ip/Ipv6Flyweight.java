// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A fixed IPv6 header, read and written in place.
 *
 * <p><b>Layout</b> (RFC 8200 section 3):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                    Source Address (16 bytes)                  |
 * |                  Destination Address (16 bytes)               |
 * </pre>
 *
 * <p><b>Units:</b> the payload length counts bytes after this header, extension headers included. <b>Threading:</b>
 * confined to one event loop. <b>Ownership:</b> borrows the buffer until the next wrap.
 */
public final class Ipv6Flyweight {
    /** Size of the fixed header. */
    public static final int HEADER_BYTES = 40;

    private static final int VERSION_OFFSET = 0;
    private static final int PAYLOAD_LENGTH_OFFSET = 4;
    private static final int NEXT_HEADER_OFFSET = 6;
    private static final int HOP_LIMIT_OFFSET = 7;
    private static final int SOURCE_OFFSET = 8;
    private static final int DESTINATION_OFFSET = 24;
    private static final int FLOW_LABEL_MASK = 0xF_FFFF;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Points this flyweight at a header.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the version nibble
     */
    public Ipv6Flyweight wrap(ByteBuffer buffer, int offset) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Version: 6 if this is IPv6. */
    public int version() {
        return (buffer.get(offset + VERSION_OFFSET) & 0xF0) >>> 4;
    }

    /** Traffic class: DSCP and ECN. */
    public int trafficClass() {
        return buffer.getInt(offset + VERSION_OFFSET) >>> 20 & 0xFF;
    }

    /** Flow label, 20 bits. */
    public int flowLabel() {
        return buffer.getInt(offset + VERSION_OFFSET) & FLOW_LABEL_MASK;
    }

    /** Writes version 6, the traffic class and the flow label. */
    public Ipv6Flyweight versionTrafficClassAndFlowLabel(int trafficClass, int flowLabel) {
        buffer.putInt(offset + VERSION_OFFSET, 6 << 28 | (trafficClass & 0xFF) << 20 | (flowLabel & FLOW_LABEL_MASK));
        return this;
    }

    /** Bytes after this header. */
    public int payloadLengthBytes() {
        return buffer.getShort(offset + PAYLOAD_LENGTH_OFFSET) & 0xFFFF;
    }

    /** Sets the number of bytes after this header. */
    public Ipv6Flyweight payloadLengthBytes(int payloadLengthBytes) {
        buffer.putShort(offset + PAYLOAD_LENGTH_OFFSET, (short) payloadLengthBytes);
        return this;
    }

    /** Type of the header that follows. */
    public int nextHeader() {
        return buffer.get(offset + NEXT_HEADER_OFFSET) & 0xFF;
    }

    /** Sets the type of the header that follows. */
    public Ipv6Flyweight nextHeader(int nextHeader) {
        buffer.put(offset + NEXT_HEADER_OFFSET, (byte) nextHeader);
        return this;
    }

    /** Hop limit. */
    public int hopLimit() {
        return buffer.get(offset + HOP_LIMIT_OFFSET) & 0xFF;
    }

    /** Sets the hop limit. */
    public Ipv6Flyweight hopLimit(int hopLimit) {
        buffer.put(offset + HOP_LIMIT_OFFSET, (byte) hopLimit);
        return this;
    }

    /** First 64 bits of the source address. */
    public long sourceHigh() {
        return buffer.getLong(offset + SOURCE_OFFSET);
    }

    /** Last 64 bits of the source address. */
    public long sourceLow() {
        return buffer.getLong(offset + SOURCE_OFFSET + 8);
    }

    /** Sets the source address. */
    public Ipv6Flyweight source(long high, long low) {
        buffer.putLong(offset + SOURCE_OFFSET, high);
        buffer.putLong(offset + SOURCE_OFFSET + 8, low);
        return this;
    }

    /** First 64 bits of the destination address. */
    public long destinationHigh() {
        return buffer.getLong(offset + DESTINATION_OFFSET);
    }

    /** Last 64 bits of the destination address. */
    public long destinationLow() {
        return buffer.getLong(offset + DESTINATION_OFFSET + 8);
    }

    /** Sets the destination address. */
    public Ipv6Flyweight destination(long high, long low) {
        buffer.putLong(offset + DESTINATION_OFFSET, high);
        buffer.putLong(offset + DESTINATION_OFFSET + 8, low);
        return this;
    }
}
