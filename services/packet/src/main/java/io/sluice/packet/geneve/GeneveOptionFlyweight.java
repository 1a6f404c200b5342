// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.geneve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One GENEVE option, header and data, read and written in place.
 *
 * <p><b>Layout</b> (RFC 8926 section 3.5); the length counts 4-byte words of data without these four bytes:
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Option Class         |      Type     |R|R|R| Length  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                  Variable-Length Option Data                  |
 * </pre>
 *
 * <p><b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer until the next wrap.
 */
public final class GeneveOptionFlyweight {
    /** Size of an option's header, and so of the smallest option. */
    public static final int HEADER_BYTES = 4;

    /** Most data words that the 5-bit field can say. */
    public static final int OPTION_DATA_WORDS_MAX = 31;

    /** The high-order bit of the type: a receiver that does not know the option must drop the packet. */
    public static final int CRITICAL_TYPE_BIT = 0x80;

    private static final int CLASS_OFFSET = 0;
    private static final int TYPE_OFFSET = 2;
    private static final int LENGTH_OFFSET = 3;
    private static final int LENGTH_MASK = 0x1F;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Points this flyweight at an option.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the option class
     */
    public GeneveOptionFlyweight wrap(ByteBuffer buffer, int offset) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Option class: the namespace of the type. */
    public int optionClass() {
        return buffer.getShort(offset + CLASS_OFFSET) & 0xFFFF;
    }

    /** Sets the option class. */
    public GeneveOptionFlyweight optionClass(int optionClass) {
        buffer.putShort(offset + CLASS_OFFSET, (short) optionClass);
        return this;
    }

    /** Option type, all eight bits: the critical bit is part of it. */
    public int optionType() {
        return buffer.get(offset + TYPE_OFFSET) & 0xFF;
    }

    /** Sets the option type, all eight bits. */
    public GeneveOptionFlyweight optionType(int optionType) {
        buffer.put(offset + TYPE_OFFSET, (byte) optionType);
        return this;
    }

    /** Whether the type has the critical bit. */
    public boolean critical() {
        return (buffer.get(offset + TYPE_OFFSET) & CRITICAL_TYPE_BIT) != 0;
    }

    /** Length of the data in 4-byte words, 0 to 31; the three R bits are masked (W-11). */
    public int optionDataWords() {
        return buffer.get(offset + LENGTH_OFFSET) & LENGTH_MASK;
    }

    /** Sets the length of the data in 4-byte words, 0 to 31, and the three R bits to 0. */
    public GeneveOptionFlyweight optionDataWords(int words) {
        assert words >= 0 && words <= OPTION_DATA_WORDS_MAX;
        buffer.put(offset + LENGTH_OFFSET, (byte) (words & LENGTH_MASK));
        return this;
    }

    /** Length of the data in bytes, 0 to 124. */
    public int optionDataBytes() {
        return optionDataWords() << 2;
    }

    /** Absolute index of the first data byte. */
    public int optionDataOffset() {
        return offset + HEADER_BYTES;
    }

    /** Length of the whole option, header and data, 4 to 128. */
    public int lengthBytes() {
        return HEADER_BYTES + optionDataBytes();
    }
}
