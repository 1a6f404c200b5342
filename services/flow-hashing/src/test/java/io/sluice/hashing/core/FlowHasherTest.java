// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlowHasherTest {

    private static final long SEED = 1_913;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Known(long[] key, long ranking) {}

    /**
     * From a second implementation: python-xxhash 3.0.0 (xxHash 0.8.1), {@code xxh3_64_intdigest} with the seed of {@link
     * FlowHasher#RANKING_SEED} over the words packed with {@code struct.pack('<Q')}.
     */
    static Stream<Known> knownAnswers() {
        return Stream.of(
                new Known(new long[6], 0x1216_C08C_2D9F_C37AL),
                new Known(new long[] {1, 2, 3, 4, 5, 6}, 0x02F6_D6CE_C3AE_54BEL),
                new Known(
                        new long[] {0xA1B2_C3D4_E5F6_0718L, 0, 0x0A14_0005L, 0, 0xCB00_710AL, 0x9C40_01BB_0641_0000L},
                        0x3447_F28D_6131_8A87L),
                new Known(new long[] {-1, -1, -1, -1, -1, -1}, 0x08C6_4BBD_7ECE_78C7L),
                new Known(
                        new long[] {
                            0x2001_0DB8L, 0x2001_0DB8_0000_0000L, 1, 0x2001_0DB8_0000_0000L, 2, 0x0035_14E9_1161_0000L
                        },
                        0xCAC4_F879_573C_3622L));
    }

    @ParameterizedTest
    @MethodSource("knownAnswers")
    void ranksAsEveryOtherImplementationDoes(Known known) {
        assertThat(FlowHasher.rankingHash(known.key, 0)).isEqualTo(known.ranking);
    }

    @Test
    void readsTheKeyWhereverItIsInTheArray() {
        long[] keys = new Random(SEED).longs(5 * FlowKey.WORDS).toArray();
        FlowHasher hasher = new FlowHasher(1, 2);
        for (int flow = 0; flow < 5; flow++) {
            long[] alone = new long[FlowKey.WORDS];
            System.arraycopy(keys, flow * FlowKey.WORDS, alone, 0, FlowKey.WORDS);
            assertThat(FlowHasher.rankingHash(keys, flow * FlowKey.WORDS)).isEqualTo(FlowHasher.rankingHash(alone, 0));
            assertThat(hasher.hash(keys, flow * FlowKey.WORDS)).isEqualTo(hasher.hash(alone, 0));
        }
    }

    @Test
    void everyBitOfTheKeyChangesTheTableHash() {
        FlowHasher hasher = new FlowHasher(3, 4);
        long[] key = new Random(SEED).longs(FlowKey.WORDS).toArray();
        Set<Long> hashes = new HashSet<>(Set.of(hasher.hash(key, 0)));
        for (int bit = 0; bit < FlowKey.WORDS * Long.SIZE; bit++) {
            key[bit / Long.SIZE] ^= 1L << bit % Long.SIZE;
            assertThat(hashes.add(hasher.hash(key, 0))).as("bit %d", bit).isTrue();
            key[bit / Long.SIZE] ^= 1L << bit % Long.SIZE;
        }
    }

    @Test
    void tuplesThatCollideUnderOneSecretDoNotUnderAnother() {
        FlowHasher one = new FlowHasher(5, 6);
        FlowHasher other = new FlowHasher(5, 7);
        int mask = 0xFF;
        int together = 0;
        int apart = 0;
        long[] first = new long[FlowKey.WORDS];
        long[] key = new long[FlowKey.WORDS];
        for (int i = 1; i < 100_000; i++) {
            key[FlowKey.TRAITS_WORD] = i;
            if ((one.hash(key, 0) & mask) == (one.hash(first, 0) & mask)) {
                together++;
                if ((other.hash(key, 0) & mask) != (other.hash(first, 0) & mask)) {
                    apart++;
                }
            }
        }
        assertThat(together).isBetween(250, 550);
        assertThat(apart).isGreaterThan(together * 9 / 10);
    }
}
