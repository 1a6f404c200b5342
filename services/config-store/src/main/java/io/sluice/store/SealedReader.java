// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Reads a value that {@link SealedWriter} made; anything else is {@link DamagedValue}. */
final class SealedReader {

    private final ByteBuffer fields;

    SealedReader(byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        if (value.length < SealedWriter.HEADER_BYTES) {
            throw new DamagedValue("a value of " + value.length + " bytes");
        }
        int format = buffer.get();
        if (format != SealedWriter.FORMAT) {
            throw new DamagedValue("a value of format " + format + ", known is " + SealedWriter.FORMAT);
        }
        int expected = buffer.getInt();
        CRC32C checksum = new CRC32C();
        checksum.update(buffer.slice());
        if ((int) checksum.getValue() != expected) {
            throw new DamagedValue("a value whose checksum is wrong");
        }
        fields = buffer;
    }

    int i32() {
        try {
            return fields.getInt();
        } catch (BufferUnderflowException ends) {
            throw new DamagedValue("a value that ends early", ends);
        }
    }

    long i64() {
        try {
            return fields.getLong();
        } catch (BufferUnderflowException ends) {
            throw new DamagedValue("a value that ends early", ends);
        }
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        byte[] bytes = new byte[length()];
        fields.get(bytes);
        return bytes;
    }

    /** Passes over a text or bytes. */
    void skip() {
        int length = length();
        fields.position(fields.position() + length);
    }

    private int length() {
        int length = i32();
        if (length < 0 || length > fields.remaining()) {
            throw new DamagedValue("a value that ends early");
        }
        return length;
    }
}
