// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Writes a value of the store.
 *
 * <p><b>Layout</b>: format (1 byte), CRC-32C of what follows (4), fields: integers are big-endian, bytes and UTF-8 texts
 * have their length (4) in front. <b>Threading</b>: confined to its caller.
 */
final class SealedWriter {

    /** The format written. */
    static final int FORMAT = 1;

    /** Bytes in front of the fields. */
    static final int HEADER_BYTES = 1 + Integer.BYTES;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream fields = new DataOutputStream(bytes);

    SealedWriter i32(int value) {
        return field(() -> fields.writeInt(value));
    }

    SealedWriter i64(long value) {
        return field(() -> fields.writeLong(value));
    }

    SealedWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    SealedWriter bytes(byte[] value) {
        return field(() -> {
            fields.writeInt(value.length);
            fields.write(value);
        });
    }

    private interface Write {
        void run() throws IOException;
    }

    private SealedWriter field(Write write) {
        try {
            write.run();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return this;
    }

    /** The value. */
    byte[] seal() {
        byte[] content = bytes.toByteArray();
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return ByteBuffer.allocate(HEADER_BYTES + content.length)
                .put((byte) FORMAT)
                .putInt((int) checksum.getValue())
                .put(content)
                .array();
    }
}
