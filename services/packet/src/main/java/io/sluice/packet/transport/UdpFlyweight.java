// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A UDP header, read and written in place.
 *
 * <p><b>Layout</b> (RFC 768); the length counts header and data in bytes:
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |          Source Port          |       Destination Port        |
 * |             Length            |            Checksum           |
 * </pre>
 *
 * <p><b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer until the next wrap.
 */
public final class UdpFlyweight {
    /** Size of the header. */
    public static final int HEADER_BYTES = 8;

    private static final int SOURCE_PORT_OFFSET = 0;
    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int LENGTH_OFFSET = 4;
    private static final int CHECKSUM_OFFSET = 6;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Points this flyweight at a header.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the source port
     */
    public UdpFlyweight wrap(ByteBuffer buffer, int offset) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Source port. */
    public int sourcePort() {
        return buffer.getShort(offset + SOURCE_PORT_OFFSET) & 0xFFFF;
    }

    /** Sets the source port. */
    public UdpFlyweight sourcePort(int sourcePort) {
        buffer.putShort(offset + SOURCE_PORT_OFFSET, (short) sourcePort);
        return this;
    }

    /** Destination port. */
    public int destinationPort() {
        return buffer.getShort(offset + DESTINATION_PORT_OFFSET) & 0xFFFF;
    }

    /** Sets the destination port. */
    public UdpFlyweight destinationPort(int destinationPort) {
        buffer.putShort(offset + DESTINATION_PORT_OFFSET, (short) destinationPort);
        return this;
    }

    /** Length of header and data in bytes. */
    public int lengthBytes() {
        return buffer.getShort(offset + LENGTH_OFFSET) & 0xFFFF;
    }

    /** Sets the length of header and data in bytes. */
    public UdpFlyweight lengthBytes(int lengthBytes) {
        buffer.putShort(offset + LENGTH_OFFSET, (short) lengthBytes);
        return this;
    }

    /** Checksum as it stands; 0 says that the sender computed none. */
    public int checksum() {
        return buffer.getShort(offset + CHECKSUM_OFFSET) & 0xFFFF;
    }

    /** Sets the checksum. */
    public UdpFlyweight checksum(int checksum) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum);
        return this;
    }
}
