// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The bytes of a file that a seed and a length determine, so that a client knows what it must get without asking.
 *
 * <p>The byte at position p is byte p mod 8 (little-endian) of SplitMix64 at step p / 8: any part can be made on its own.
 */
public record Content(long seed, long lengthBytes) {
    private static final int CHUNK_BYTES = 1 << 14;

    public Content {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("length " + lengthBytes);
        }
    }

    /** Fills {@code target} from 0 to {@code count} with the bytes from {@code position} on; a multiple of 8. */
    public void fill(byte[] target, int count, long position) {
        if (position % 8 != 0) {
            throw new IllegalArgumentException("position " + position + " is no multiple of 8");
        }
        long word = 0;
        for (int i = 0; i < count; i++) {
            if (i % 8 == 0) {
                word = mix(seed + (position + i) / 8 * 0x9e3779b97f4a7c15L);
            }
            target[i] = (byte) (word >>> (i % 8 * 8));
        }
    }

    /** SHA-256 of the whole content in hex. */
    public String sha256() {
        MessageDigest digest = newSha256();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (long position = 0; position < lengthBytes; position += CHUNK_BYTES) {
            int count = (int) Math.min(CHUNK_BYTES, lengthBytes - position);
            fill(chunk, count, position);
            digest.update(chunk, 0, count);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
