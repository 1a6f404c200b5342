// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ip;

import io.sluice.packet.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An IPv4 header, read and written in place.
 *
 * <p><b>Layout</b> (RFC 791 section 3.1; the type of service as RFC 2474 and RFC 3168 split it):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version|  IHL  |    DSCP   |ECN|          Total Length         |
 * |         Identification        |0|D|M|     Fragment Offset     |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                         Source Address                        |
 * |                      Destination Address                      |
 * |                    Options (IHL 6 and more)                   |
 * </pre>
 *
 * <p><b>Units:</b> the IHL counts 4-byte words; the fragment offset is given in bytes. <b>Threading:</b> confined to one
 * event loop. <b>Ownership:</b> borrows the buffer until the next wrap.
 */
public final class Ipv4Flyweight {
    /** Size of the header without options. */
    public static final int HEADER_BYTES_MIN = 20;

    private static final int VERSION_AND_IHL_OFFSET = 0;
    private static final int TYPE_OF_SERVICE_OFFSET = 1;
    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int IDENTIFICATION_OFFSET = 4;
    private static final int FRAGMENT_OFFSET = 6;
    private static final int TIME_TO_LIVE_OFFSET = 8;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int HEADER_CHECKSUM_OFFSET = 10;
    private static final int SOURCE_OFFSET = 12;
    private static final int DESTINATION_OFFSET = 16;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Points this flyweight at a header.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the version nibble
     */
    public Ipv4Flyweight wrap(ByteBuffer buffer, int offset) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Version: 4 if this is IPv4. */
    public int version() {
        return (buffer.get(offset + VERSION_AND_IHL_OFFSET) & 0xF0) >>> 4;
    }

    /** Length of the header in 4-byte words (IHL), options included. */
    public int headerLengthWords() {
        return buffer.get(offset + VERSION_AND_IHL_OFFSET) & 0x0F;
    }

    /** Length of the header in bytes, options included. */
    public int headerLengthBytes() {
        return headerLengthWords() << 2;
    }

    /** Writes version 4 and the length of the header in 4-byte words, 5 to 15. */
    public Ipv4Flyweight versionAndHeaderLengthWords(int words) {
        assert words >= 5 && words <= 15;
        buffer.put(offset + VERSION_AND_IHL_OFFSET, (byte) (0x40 | words));
        return this;
    }

    /** Differentiated services code point, 0 to 63. */
    public int dscp() {
        return (buffer.get(offset + TYPE_OF_SERVICE_OFFSET) & 0xFC) >>> 2;
    }

    /** Explicit congestion notification, 0 to 3. */
    public int ecn() {
        return buffer.get(offset + TYPE_OF_SERVICE_OFFSET) & 0x03;
    }

    /** Sets DSCP and ECN. */
    public Ipv4Flyweight dscpAndEcn(int dscp, int ecn) {
        buffer.put(offset + TYPE_OF_SERVICE_OFFSET, (byte) (dscp << 2 | (ecn & 0x03)));
        return this;
    }

    /** Length of header and data in bytes. */
    public int totalLengthBytes() {
        return buffer.getShort(offset + TOTAL_LENGTH_OFFSET) & 0xFFFF;
    }

    /** Sets the length of header and data in bytes. */
    public Ipv4Flyweight totalLengthBytes(int totalLengthBytes) {
        buffer.putShort(offset + TOTAL_LENGTH_OFFSET, (short) totalLengthBytes);
        return this;
    }

    /** Identification, shared by the fragments of a datagram. */
    public int identification() {
        return buffer.getShort(offset + IDENTIFICATION_OFFSET) & 0xFFFF;
    }

    /** Sets the identification. */
    public Ipv4Flyweight identification(int identification) {
        buffer.putShort(offset + IDENTIFICATION_OFFSET, (short) identification);
        return this;
    }

    /** The DF bit. */
    public boolean dontFragment() {
        return (buffer.getShort(offset + FRAGMENT_OFFSET) & DONT_FRAGMENT) != 0;
    }

    /** The MF bit. */
    public boolean moreFragments() {
        return (buffer.getShort(offset + FRAGMENT_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    /** Offset of this fragment's data in bytes, a multiple of 8. */
    public int fragmentOffsetBytes() {
        return (buffer.getShort(offset + FRAGMENT_OFFSET) & FRAGMENT_OFFSET_MASK) << 3;
    }

    /** Sets DF, MF and the offset of the fragment in bytes, a multiple of 8. */
    public Ipv4Flyweight fragmentation(boolean dontFragment, boolean moreFragments, int fragmentOffsetBytes) {
        assert (fragmentOffsetBytes & 7) == 0 && fragmentOffsetBytes >>> 3 <= FRAGMENT_OFFSET_MASK;
        int word = fragmentOffsetBytes >>> 3;
        word |= dontFragment ? DONT_FRAGMENT : 0;
        word |= moreFragments ? MORE_FRAGMENTS : 0;
        buffer.putShort(offset + FRAGMENT_OFFSET, (short) word);
        return this;
    }

    /** Time to live. */
    public int timeToLive() {
        return buffer.get(offset + TIME_TO_LIVE_OFFSET) & 0xFF;
    }

    /** Sets the time to live. */
    public Ipv4Flyweight timeToLive(int timeToLive) {
        buffer.put(offset + TIME_TO_LIVE_OFFSET, (byte) timeToLive);
        return this;
    }

    /** Protocol of the data, one of {@link IpProtocol} or another assigned number. */
    public int protocol() {
        return buffer.get(offset + PROTOCOL_OFFSET) & 0xFF;
    }

    /** Sets the protocol of the data. */
    public Ipv4Flyweight protocol(int protocol) {
        buffer.put(offset + PROTOCOL_OFFSET, (byte) protocol);
        return this;
    }

    /** Header checksum as it stands. */
    public int headerChecksum() {
        return buffer.getShort(offset + HEADER_CHECKSUM_OFFSET) & 0xFFFF;
    }

    /** Sets the header checksum. */
    public Ipv4Flyweight headerChecksum(int headerChecksum) {
        buffer.putShort(offset + HEADER_CHECKSUM_OFFSET, (short) headerChecksum);
        return this;
    }

    /** Computes and writes the header checksum over the header as it stands, options included. */
    public Ipv4Flyweight updateHeaderChecksum() {
        headerChecksum(0);
        return headerChecksum(Checksums.internet(buffer, offset, headerLengthBytes()));
    }

    /** Whether the header checksum is right. */
    public boolean headerChecksumValid() {
        return Checksums.internet(buffer, offset, headerLengthBytes()) == 0;
    }

    /** Source address as 32 bits. */
    public int source() {
        return buffer.getInt(offset + SOURCE_OFFSET);
    }

    /** Sets the source address. */
    public Ipv4Flyweight source(int source) {
        buffer.putInt(offset + SOURCE_OFFSET, source);
        return this;
    }

    /** Destination address as 32 bits. */
    public int destination() {
        return buffer.getInt(offset + DESTINATION_OFFSET);
    }

    /** Sets the destination address. */
    public Ipv4Flyweight destination(int destination) {
        buffer.putInt(offset + DESTINATION_OFFSET, destination);
        return this;
    }
}
