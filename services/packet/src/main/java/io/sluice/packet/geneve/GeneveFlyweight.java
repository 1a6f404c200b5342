// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.geneve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The 8-byte GENEVE base header, read and written in place.
 *
 * <p><b>Layout</b> (RFC 8926 section 3.4):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Virtual Network Identifier (VNI)       |    Reserved   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p><b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer until the next wrap; neither
 * position nor limit moves. <b>Errors:</b> lengths are not checked against the datagram, that is {@link
 * GeneveDatagram}'s task; an access outside the buffer throws as the buffer does.
 */
public final class GeneveFlyweight {
    /** Size of the base header. */
    public static final int HEADER_BYTES = 8;

    /** The only version there is. */
    public static final int VERSION = 0;

    /** Most option words that the 6-bit field can say. */
    public static final int OPTION_LENGTH_WORDS_MAX = 63;

    /** Highest virtual network identifier. */
    public static final int VNI_MAX = 0xFFFFFF;

    /** Protocol type of a bare IPv4 packet (an EtherType). */
    public static final int PROTOCOL_IPV4 = 0x0800;

    /** Protocol type of a bare IPv6 packet (an EtherType). */
    public static final int PROTOCOL_IPV6 = 0x86DD;

    /** Protocol type of an Ethernet frame: transparent Ethernet bridging. */
    public static final int PROTOCOL_ETHERNET = 0x6558;

    private static final int VERSION_AND_OPTION_LENGTH_OFFSET = 0;
    private static final int FLAGS_OFFSET = 1;
    private static final int PROTOCOL_TYPE_OFFSET = 2;
    private static final int VNI_OFFSET = 4;
    private static final int RESERVED_OFFSET = 7;
    private static final int CONTROL_BIT = 0x80;
    private static final int CRITICAL_BIT = 0x40;
    private static final int RESERVED_BITS = 0x3F;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Writes a whole base header of a datagram without options: version, flags and reserved bits 0.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the first header byte
     * @param protocolType type of the payload, an EtherType
     * @param vni virtual network identifier, 0 to {@link #VNI_MAX}
     */
    public static void writeWithoutOptions(ByteBuffer buffer, int offset, int protocolType, int vni) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        assert protocolType >>> 16 == 0 && vni >>> 24 == 0 : "a field is too wide";
        buffer.putInt(offset, protocolType);
        buffer.putInt(offset + VNI_OFFSET, vni << 8);
    }

    /**
     * Points this flyweight at a header.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the first header byte
     */
    public GeneveFlyweight wrap(ByteBuffer buffer, int offset) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Version, 0 to 3. */
    public int version() {
        return (buffer.get(offset + VERSION_AND_OPTION_LENGTH_OFFSET) & 0xC0) >>> 6;
    }

    /** Sets the version, 0 to 3. */
    public GeneveFlyweight version(int version) {
        assert version >>> 2 == 0;
        int at = offset + VERSION_AND_OPTION_LENGTH_OFFSET;
        buffer.put(at, (byte) ((buffer.get(at) & 0x3F) | version << 6));
        return this;
    }

    /** Length of all options in 4-byte words, 0 to 63. */
    public int optionLengthWords() {
        return buffer.get(offset + VERSION_AND_OPTION_LENGTH_OFFSET) & 0x3F;
    }

    /** Sets the length of all options in 4-byte words, 0 to 63. */
    public GeneveFlyweight optionLengthWords(int words) {
        assert words >= 0 && words <= OPTION_LENGTH_WORDS_MAX;
        int at = offset + VERSION_AND_OPTION_LENGTH_OFFSET;
        buffer.put(at, (byte) ((buffer.get(at) & 0xC0) | (words & 0x3F)));
        return this;
    }

    /** Length of all options in bytes, 0 to 252. */
    public int optionLengthBytes() {
        return optionLengthWords() << 2;
    }

    /** The O bit: the payload is a control message. */
    public boolean controlPacket() {
        return (buffer.get(offset + FLAGS_OFFSET) & CONTROL_BIT) != 0;
    }

    /** Sets the O bit. */
    public GeneveFlyweight controlPacket(boolean controlPacket) {
        return flag(CONTROL_BIT, controlPacket);
    }

    /** The C bit: at least one option is critical. */
    public boolean criticalOptionsPresent() {
        return (buffer.get(offset + FLAGS_OFFSET) & CRITICAL_BIT) != 0;
    }

    /** Sets the C bit. */
    public GeneveFlyweight criticalOptionsPresent(boolean criticalOptionsPresent) {
        return flag(CRITICAL_BIT, criticalOptionsPresent);
    }

    /** The six reserved bits after C; sent as 0 and ignored on receipt. */
    public int reservedBits() {
        return buffer.get(offset + FLAGS_OFFSET) & RESERVED_BITS;
    }

    /** Sets the six reserved bits after C. */
    public GeneveFlyweight reservedBits(int reservedBits) {
        int at = offset + FLAGS_OFFSET;
        buffer.put(at, (byte) ((buffer.get(at) & ~RESERVED_BITS) | (reservedBits & RESERVED_BITS)));
        return this;
    }

    /** Type of the payload, an EtherType. */
    public int protocolType() {
        return buffer.getShort(offset + PROTOCOL_TYPE_OFFSET) & 0xFFFF;
    }

    /** Sets the type of the payload, an EtherType. */
    public GeneveFlyweight protocolType(int protocolType) {
        buffer.putShort(offset + PROTOCOL_TYPE_OFFSET, (short) protocolType);
        return this;
    }

    /** Virtual network identifier, 0 to 2^24-1. */
    public int vni() {
        return buffer.getInt(offset + VNI_OFFSET) >>> 8;
    }

    /** Sets the virtual network identifier, 0 to 2^24-1; the reserved byte behind it keeps its value. */
    public GeneveFlyweight vni(int vni) {
        assert vni >= 0 && vni <= VNI_MAX;
        int at = offset + VNI_OFFSET;
        buffer.putInt(at, vni << 8 | (buffer.getInt(at) & 0xFF));
        return this;
    }

    /** The reserved byte after the VNI; sent as 0 and ignored on receipt. */
    public int reservedByte() {
        return buffer.get(offset + RESERVED_OFFSET) & 0xFF;
    }

    /** Sets the reserved byte after the VNI. */
    public GeneveFlyweight reservedByte(int reservedByte) {
        buffer.put(offset + RESERVED_OFFSET, (byte) reservedByte);
        return this;
    }

    private GeneveFlyweight flag(int bit, boolean set) {
        int at = offset + FLAGS_OFFSET;
        int cleared = buffer.get(at) & ~bit;
        buffer.put(at, (byte) (set ? cleared | bit : cleared));
        return this;
    }
}
