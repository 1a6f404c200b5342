// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the fields {@link WireWriter} wrote, from bytes that may be anything.
 *
 * <p>Each read checks first that its bytes are there, and each count that it is within its limit and that the bytes
 * left could hold so many, before anything is allocated for it. <b>Errors</b>: {@link WireFormatException} with field
 * and position, nothing else. <b>Threading</b>: confined to its caller. <b>Ownership</b>: borrows the buffer and moves
 * its position.
 */
public final class WireReader {

    private final String message;
    private final ByteBuffer buffer;
    private String field = "version";
    private int fieldStart;

    /**
     * Reads from the buffer's position to its limit, in network order whatever the buffer's order is.
     *
     * @param message name for error messages
     * @param buffer the bytes
     */
    public WireReader(String message, ByteBuffer buffer) {
        this.message = message;
        this.buffer = buffer.slice();
        if (this.buffer.remaining() > WireLimits.MESSAGE_BYTES_MAX) {
            throw wrong("a message of " + this.buffer.remaining() + " bytes: expected at most "
                    + WireLimits.MESSAGE_BYTES_MAX);
        }
    }

    int u8(String name) {
        need(name, 1);
        return Byte.toUnsignedInt(buffer.get());
    }

    int i32(String name) {
        need(name, Integer.BYTES);
        return buffer.getInt();
    }

    long i64(String name) {
        need(name, Long.BYTES);
        return buffer.getLong();
    }

    boolean flag(String name) {
        int value = u8(name);
        if (value > 1) {
            throw wrong("flag " + value + ": expected 0 or 1");
        }
        return value == 1;
    }

    String text(String name, int bytesMax) {
        need(name, Short.BYTES);
        int bytes = Short.toUnsignedInt(buffer.getShort());
        if (bytes > bytesMax) {
            throw wrong("a text of " + bytes + " bytes: expected at most " + bytesMax);
        }
        if (bytes > buffer.remaining()) {
            throw wrong("a text of " + bytes + " bytes where " + buffer.remaining() + " are left");
        }
        ByteBuffer utf8 = buffer.slice(buffer.position(), bytes);
        buffer.position(buffer.position() + bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException notUtf8) {
            throw wrong("a text that is no UTF-8");
        }
    }

    /**
     * A number of elements that the remaining bytes can hold.
     *
     * @param elementBytesMin bytes the smallest element takes, 1 or more
     */
    int count(String name, int countMax, int elementBytesMin) {
        int count = i32(name);
        if (count < 0 || count > countMax) {
            throw wrong("a count of " + count + ": expected 0 to " + countMax);
        }
        if ((long) count * elementBytesMin > buffer.remaining()) {
            throw wrong("a count of " + count + ", at least " + elementBytesMin + " bytes each, where "
                    + buffer.remaining() + " are left");
        }
        return count;
    }

    <T> List<T> list(String name, int countMax, int elementBytesMin, Function<WireReader, T> element) {
        int count = count(name, countMax, elementBytesMin);
        List<T> elements = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            elements.add(element.apply(this));
        }
        return elements;
    }

    long[] longs(String name, int count) {
        need(name, (long) count * Long.BYTES);
        long[] values = new long[count];
        for (int index = 0; index < count; index++) {
            values[index] = buffer.getLong();
        }
        return values;
    }

    int[] ints(String name, int count) {
        need(name, (long) count * Integer.BYTES);
        int[] values = new int[count];
        for (int index = 0; index < count; index++) {
            values[index] = buffer.getInt();
        }
        return values;
    }

    byte[] bytes(String name, int count) {
        need(name, count);
        byte[] values = new byte[count];
        buffer.get(values);
        return values;
    }

    /** Refuses bytes after the last field. */
    void end() {
        begin("end");
        if (buffer.hasRemaining()) {
            throw wrong(buffer.remaining() + " bytes after the last field");
        }
    }

    /** What to throw for the field read last. */
    WireFormatException wrong(String problem) {
        return new WireFormatException(message + "." + field, fieldStart, problem);
    }

    /** What to throw where a record refuses what was read; the field read last is the nearest place known. */
    WireFormatException refused(IllegalArgumentException refusal) {
        return new WireFormatException(message + "." + field, fieldStart, refusal);
    }

    private void need(String name, long bytes) {
        begin(name);
        if (bytes > buffer.remaining()) {
            throw wrong(bytes + " bytes needed where " + buffer.remaining() + " are left");
        }
    }

    private void begin(String name) {
        field = name;
        fieldStart = buffer.position();
    }
}
