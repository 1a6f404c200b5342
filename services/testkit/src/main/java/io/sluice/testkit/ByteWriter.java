// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.io.ByteArrayOutputStream;

/** Appends big-endian numbers; the testkit's own, so that builders share no code with what they test. */
final class ByteWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ByteWriter u8(int value) {
        bytes.write(value);
        return this;
    }

    ByteWriter u16(int value) {
        return u8(value >> 8).u8(value);
    }

    ByteWriter u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    ByteWriter u64(long value) {
        return u32(value >> 32).u32(value);
    }

    ByteWriter raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    /** Puts 16 bits into finished bytes. */
    static void put16(byte[] target, int at, int value) {
        target[at] = (byte) (value >> 8);
        target[at + 1] = (byte) value;
    }

    /** The internet checksum word by word, as RFC 1071 defines it, over parts that are each of even length but the last. */
    static int checksum(byte[]... parts) {
        int sum = 0;
        for (byte[] part : parts) {
            for (int at = 0; at < part.length; at++) {
                sum += (at & 1) == 0 ? (part[at] & 0xFF) * 256 : part[at] & 0xFF;
                if (sum > 0xFFFF) {
                    sum -= 0xFFFF;
                }
            }
        }
        return 0xFFFF - sum;
    }
}
