// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * SHA-256 over values in a canonical form: numbers as 8 bytes big endian, text and bytes as their length and their (UTF-8)
 * bytes, so that no two sequences of values have the same bytes.
 *
 * <p>Values are gathered and digested at once: thousands of digests are made of some hundred bytes each.
 */
final class InputDigest {

    private byte[] gathered = new byte[512];
    private int length;

    InputDigest put(long value) {
        ensure(Long.BYTES);
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            gathered[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    InputDigest put(String text) {
        return put(text.getBytes(StandardCharsets.UTF_8));
    }

    InputDigest put(byte[] bytes) {
        put(bytes.length);
        ensure(bytes.length);
        System.arraycopy(bytes, 0, gathered, length, bytes.length);
        length += bytes.length;
        return this;
    }

    private void ensure(int more) {
        if (length + more > gathered.length) {
            gathered = Arrays.copyOf(gathered, Math.max(gathered.length * 2, length + more));
        }
    }

    /** 32 bytes. */
    byte[] bytes() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(gathered, 0, length);
            return sha256.digest();
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has SHA-256", absent);
        }
    }

    /** The same as 64 hex digits. */
    String hex() {
        return HexFormat.of().formatHex(bytes());
    }
}
