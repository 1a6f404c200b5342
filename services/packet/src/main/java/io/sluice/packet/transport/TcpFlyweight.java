// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A TCP header, read and written in place.
 *
 * <p><b>Layout</b> (RFC 9293 section 3.1):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |          Source Port          |       Destination Port        |
 * |                        Sequence Number                        |
 * |                    Acknowledgment Number                      |
 * | Offset| Rsrvd |C|E|U|A|P|R|S|F|            Window             |
 * |           Checksum            |         Urgent Pointer        |
 * |                  Options (data offset 6 and more)             |
 * </pre>
 *
 * <p><b>Units:</b> the data offset counts 4-byte words; sequence numbers are unsigned 32 bits in a long.
 * <b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer until the next wrap.
 */
public final class TcpFlyweight {
    /** Size of the header without options. */
    public static final int HEADER_BYTES_MIN = 20;

    /** No more data from the sender. */
    public static final int FIN = 0x01;

    /** Synchronise sequence numbers. */
    public static final int SYN = 0x02;

    /** Reset the connection. */
    public static final int RST = 0x04;

    /** Push. */
    public static final int PSH = 0x08;

    /** The acknowledgment number is significant. */
    public static final int ACK = 0x10;

    /** The urgent pointer is significant. */
    public static final int URG = 0x20;

    /** ECN echo. */
    public static final int ECE = 0x40;

    /** Congestion window reduced. */
    public static final int CWR = 0x80;

    private static final int SOURCE_PORT_OFFSET = 0;
    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int SEQUENCE_NUMBER_OFFSET = 4;
    private static final int ACKNOWLEDGMENT_NUMBER_OFFSET = 8;
    private static final int DATA_OFFSET_OFFSET = 12;
    private static final int FLAGS_OFFSET = 13;
    private static final int WINDOW_OFFSET = 14;
    private static final int CHECKSUM_OFFSET = 16;
    private static final int URGENT_POINTER_OFFSET = 18;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Points this flyweight at a header.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the source port
     */
    public TcpFlyweight wrap(ByteBuffer buffer, int offset) {
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
    public TcpFlyweight sourcePort(int sourcePort) {
        buffer.putShort(offset + SOURCE_PORT_OFFSET, (short) sourcePort);
        return this;
    }

    /** Destination port. */
    public int destinationPort() {
        return buffer.getShort(offset + DESTINATION_PORT_OFFSET) & 0xFFFF;
    }

    /** Sets the destination port. */
    public TcpFlyweight destinationPort(int destinationPort) {
        buffer.putShort(offset + DESTINATION_PORT_OFFSET, (short) destinationPort);
        return this;
    }

    /** Sequence number, 0 to 2^32-1. */
    public long sequenceNumber() {
        return buffer.getInt(offset + SEQUENCE_NUMBER_OFFSET) & 0xFFFF_FFFFL;
    }

    /** Sets the sequence number; the low 32 bits count. */
    public TcpFlyweight sequenceNumber(long sequenceNumber) {
        buffer.putInt(offset + SEQUENCE_NUMBER_OFFSET, (int) sequenceNumber);
        return this;
    }

    /** Acknowledgment number, 0 to 2^32-1; significant with {@link #ACK}. */
    public long acknowledgmentNumber() {
        return buffer.getInt(offset + ACKNOWLEDGMENT_NUMBER_OFFSET) & 0xFFFF_FFFFL;
    }

    /** Sets the acknowledgment number; the low 32 bits count. */
    public TcpFlyweight acknowledgmentNumber(long acknowledgmentNumber) {
        buffer.putInt(offset + ACKNOWLEDGMENT_NUMBER_OFFSET, (int) acknowledgmentNumber);
        return this;
    }

    /** Length of the header in 4-byte words, options included. */
    public int dataOffsetWords() {
        return (buffer.get(offset + DATA_OFFSET_OFFSET) & 0xF0) >>> 4;
    }

    /** Length of the header in bytes, options included. */
    public int dataOffsetBytes() {
        return dataOffsetWords() << 2;
    }

    /** Sets the length of the header in 4-byte words, 5 to 15, and the reserved bits beside it to 0. */
    public TcpFlyweight dataOffsetWords(int words) {
        assert words >= 5 && words <= 15;
        buffer.put(offset + DATA_OFFSET_OFFSET, (byte) (words << 4));
        return this;
    }

    /** The eight flags, {@link #FIN} to {@link #CWR}. */
    public int flags() {
        return buffer.get(offset + FLAGS_OFFSET) & 0xFF;
    }

    /** Sets the eight flags. */
    public TcpFlyweight flags(int flags) {
        buffer.put(offset + FLAGS_OFFSET, (byte) flags);
        return this;
    }

    /** Receive window, not scaled. */
    public int window() {
        return buffer.getShort(offset + WINDOW_OFFSET) & 0xFFFF;
    }

    /** Sets the receive window. */
    public TcpFlyweight window(int window) {
        buffer.putShort(offset + WINDOW_OFFSET, (short) window);
        return this;
    }

    /** Checksum as it stands. */
    public int checksum() {
        return buffer.getShort(offset + CHECKSUM_OFFSET) & 0xFFFF;
    }

    /** Sets the checksum. */
    public TcpFlyweight checksum(int checksum) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum);
        return this;
    }

    /** Urgent pointer; significant with {@link #URG}. */
    public int urgentPointer() {
        return buffer.getShort(offset + URGENT_POINTER_OFFSET) & 0xFFFF;
    }

    /** Sets the urgent pointer. */
    public TcpFlyweight urgentPointer(int urgentPointer) {
        buffer.putShort(offset + URGENT_POINTER_OFFSET, (short) urgentPointer);
        return this;
    }
}
