// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over values in a canonical form: numbers as 8 bytes big endian, text as its length and its UTF-8 bytes, so
 * that no two sequences of values have the same bytes.
 */
final class InputDigest {

    private final MessageDigest sha256;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    InputDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has SHA-256", absent);
        }
    }

    InputDigest put(long value) {
        number.putLong(0, value);
        sha256.update(number.array());
        return this;
    }

    InputDigest put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(bytes.length);
        sha256.update(bytes);
        return this;
    }

    /** 64 hex digits; ends this digest. */
    String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
