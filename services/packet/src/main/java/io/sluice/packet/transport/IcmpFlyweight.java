// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The common header of ICMP and ICMPv6 messages, read and written in place.
 *
 * <p><b>Layout</b> (RFC 792; RFC 4443 section 2.1): the word after the checksum depends on the type; for echoes it is
 * identifier and sequence number, for errors it is unused or a parameter, and the quoted packet follows.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |     Type      |     Code      |           Checksum            |
 * |          Identifier           |        Sequence Number        |
 * </pre>
 *
 * <p><b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer until the next wrap.
 */
public final class IcmpFlyweight {
    /** Size of the header, the type-dependent word included. */
    public static final int HEADER_BYTES = 8;

    /** ICMP: answer to an echo. */
    public static final int V4_ECHO_REPLY = 0;

    /** ICMP: destination unreachable. */
    public static final int V4_DESTINATION_UNREACHABLE = 3;

    /** ICMP: echo. */
    public static final int V4_ECHO = 8;

    /** ICMP: time exceeded. */
    public static final int V4_TIME_EXCEEDED = 11;

    /** ICMP: parameter problem. */
    public static final int V4_PARAMETER_PROBLEM = 12;

    /** ICMPv6: destination unreachable; all error messages are below 128. */
    public static final int V6_DESTINATION_UNREACHABLE = 1;

    /** ICMPv6: packet too big. */
    public static final int V6_PACKET_TOO_BIG = 2;

    /** ICMPv6: time exceeded. */
    public static final int V6_TIME_EXCEEDED = 3;

    /** ICMPv6: parameter problem. */
    public static final int V6_PARAMETER_PROBLEM = 4;

    /** ICMPv6: echo request. */
    public static final int V6_ECHO_REQUEST = 128;

    /** ICMPv6: answer to an echo request. */
    public static final int V6_ECHO_REPLY = 129;

    private static final int TYPE_OFFSET = 0;
    private static final int CODE_OFFSET = 1;
    private static final int CHECKSUM_OFFSET = 2;
    private static final int IDENTIFIER_OFFSET = 4;
    private static final int SEQUENCE_NUMBER_OFFSET = 6;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Points this flyweight at a header.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the type
     */
    public IcmpFlyweight wrap(ByteBuffer buffer, int offset) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Type of the message. */
    public int type() {
        return buffer.get(offset + TYPE_OFFSET) & 0xFF;
    }

    /** Sets the type of the message. */
    public IcmpFlyweight type(int type) {
        buffer.put(offset + TYPE_OFFSET, (byte) type);
        return this;
    }

    /** Code within the type. */
    public int code() {
        return buffer.get(offset + CODE_OFFSET) & 0xFF;
    }

    /** Sets the code within the type. */
    public IcmpFlyweight code(int code) {
        buffer.put(offset + CODE_OFFSET, (byte) code);
        return this;
    }

    /** Checksum as it stands. */
    public int checksum() {
        return buffer.getShort(offset + CHECKSUM_OFFSET) & 0xFFFF;
    }

    /** Sets the checksum. */
    public IcmpFlyweight checksum(int checksum) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum);
        return this;
    }

    /** Identifier of an echo. */
    public int identifier() {
        return buffer.getShort(offset + IDENTIFIER_OFFSET) & 0xFFFF;
    }

    /** Sets the identifier of an echo. */
    public IcmpFlyweight identifier(int identifier) {
        buffer.putShort(offset + IDENTIFIER_OFFSET, (short) identifier);
        return this;
    }

    /** Sequence number of an echo. */
    public int sequenceNumber() {
        return buffer.getShort(offset + SEQUENCE_NUMBER_OFFSET) & 0xFFFF;
    }

    /** Sets the sequence number of an echo. */
    public IcmpFlyweight sequenceNumber(int sequenceNumber) {
        buffer.putShort(offset + SEQUENCE_NUMBER_OFFSET, (short) sequenceNumber);
        return this;
    }

    /** The type-dependent word as a whole, for example the MTU of a packet-too-big message. */
    public int parameter() {
        return buffer.getInt(offset + IDENTIFIER_OFFSET);
    }

    /** Sets the type-dependent word as a whole. */
    public IcmpFlyweight parameter(int parameter) {
        buffer.putInt(offset + IDENTIFIER_OFFSET, parameter);
        return this;
    }
}
