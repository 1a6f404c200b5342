// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.bouncycastle.crypto.macs.SipHash;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class SipHash24Test {

    private static final long SEED = 20_261_124;

    /** The vectors of the reference implementation (key 00..0f, message 00..n-1) that have whole words. */
    @Test
    void givesTheReferenceVectors() {
        long key0 = 0x0706_0504_0302_0100L;
        long key1 = 0x0F0E_0D0C_0B0A_0908L;
        long[] message = {0x0706_0504_0302_0100L, 0x0F0E_0D0C_0B0A_0908L};
        assertThat(SipHash24.hash(key0, key1, message, 0, 0)).isEqualTo(0x726F_DB47_DD0E_0E31L);
        assertThat(SipHash24.hash(key0, key1, message, 0, 1)).isEqualTo(0x93F5_F579_9A93_2462L);
        assertThat(SipHash24.hash(key0, key1, message, 0, 2)).isEqualTo(0x3F2A_CC7F_57C2_9BDBL);
    }

    @Test
    void agreesWithASecondImplementation() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            int words = random.nextInt(20);
            int first = random.nextInt(4);
            long[] message = random.longs(first + words).toArray();
            long key0 = random.nextLong();
            long key1 = random.nextLong();
            SipHash other = new SipHash(2, 4);
            other.init(new KeyParameter(little(key0, key1)));
            for (int i = 0; i < words; i++) {
                other.update(little(message[first + i]), 0, Long.BYTES);
            }
            assertThat(SipHash24.hash(key0, key1, message, first, words))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(other.doFinal());
        }
    }

    private static byte[] little(long... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            bytes.putLong(word);
        }
        return bytes.array();
    }
}
