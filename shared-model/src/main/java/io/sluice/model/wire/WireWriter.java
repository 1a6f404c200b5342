// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Writes fields into a buffer that grows.
 *
 * <p><b>Layout</b>: big-endian integers; a text is a 16-bit length in bytes and strict UTF-8; a list is a 32-bit count
 * and its elements; nothing is aligned, nothing is optional.
 *
 * <p><b>Threading</b>: confined to its caller. <b>Errors</b>: {@link IllegalArgumentException} where a value is over a
 * limit that readers enforce.
 */
public final class WireWriter {

    private static final int INITIAL_BYTES = 256;

    private ByteBuffer buffer = ByteBuffer.allocate(INITIAL_BYTES);

    /** An empty writer. */
    public WireWriter() {}

    /** Bytes written so far. */
    public int size() {
        return buffer.position();
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    void u8(int value) {
        room(1).put((byte) value);
    }

    void i32(int value) {
        room(Integer.BYTES).putInt(value);
    }

    void i64(long value) {
        room(Long.BYTES).putLong(value);
    }

    void flag(boolean value) {
        u8(value ? 1 : 0);
    }

    void text(String field, String value, int bytesMax) {
        byte[] utf8 = hasSurrogate(value) ? encoded(field, value) : value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > bytesMax) {
            throw new IllegalArgumentException(field + " has " + utf8.length + " bytes: expected at most " + bytesMax);
        }
        room(Short.BYTES).putShort((short) utf8.length);
        room(utf8.length).put(utf8);
    }

    /** Without one every text is Unicode, and the platform's own way, which replaces what is not, needs no encoder. */
    private static boolean hasSurrogate(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static byte[] encoded(String field, String value) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            byte[] bytes = new byte[utf8.remaining()];
            utf8.get(bytes);
            return bytes;
        } catch (CharacterCodingException notUnicode) {
            throw new IllegalArgumentException(field + " is no Unicode text", notUnicode);
        }
    }

    void count(String field, int count, int countMax) {
        if (count > countMax) {
            throw new IllegalArgumentException(field + " has " + count + " entries: expected at most " + countMax);
        }
        i32(count);
    }

    <T> void list(String field, List<T> elements, int countMax, BiConsumer<WireWriter, T> element) {
        count(field, elements.size(), countMax);
        for (T value : elements) {
            element.accept(this, value);
        }
    }

    /** The elements alone: their number is written once for several arrays. */
    void longs(long[] values) {
        room(values.length * Long.BYTES);
        for (long value : values) {
            buffer.putLong(value);
        }
    }

    /** The elements alone: their number is written once for several arrays. */
    void ints(int[] values) {
        room(values.length * Integer.BYTES);
        for (int value : values) {
            buffer.putInt(value);
        }
    }

    /** The elements alone: their number is written once for several arrays. */
    void bytes(byte[] values) {
        room(values.length).put(values);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            long needed = (long) buffer.position() + bytes;
            if (needed > WireLimits.MESSAGE_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "a message of " + needed + " bytes: expected at most " + WireLimits.MESSAGE_BYTES_MAX);
            }
            int doubled = (int) Math.min(2L * buffer.capacity(), WireLimits.MESSAGE_BYTES_MAX);
            buffer = ByteBuffer.allocate(Math.max(doubled, (int) needed)).put(buffer.flip());
        }
        return buffer;
    }
}
