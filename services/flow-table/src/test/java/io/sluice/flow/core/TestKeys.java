// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;

/** Keys and hashes for tests. */
final class TestKeys {

    static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;

    private TestKeys() {}

    /** The n-th key of an endpoint: IPv6 for odd numbers, IPv4 for even ones. */
    static long[] words(long endpoint, int n) {
        boolean ipv6 = (n & 1) == 1;
        return new long[] {
            endpoint,
            ipv6 ? 0x2001_0DB8_0000_0000L : 0,
            0x0A14_0000L + (n >>> 16),
            ipv6 ? 0x2001_0DB8_0000_0001L : 0,
            0xCB00_710AL,
            FlowKey.traits(n & 0xFFFF, 443, 6, ipv6 ? 6 : 4, Stickiness.FIVE_TUPLE)
        };
    }

    static long[] words(int n) {
        return words(ENDPOINT, n);
    }

    /** A hash good enough for tests, changed by a seed. */
    static long hash(FlowKey key, long seed) {
        long h = seed;
        for (int i = 0; i < FlowKey.WORDS; i++) {
            h = (h ^ key.word(i)) * 0x9E37_79B9_7F4A_7C15L;
            h ^= h >>> 29;
        }
        return h * 0xBF58_476D_1CE4_E5B9L;
    }

    static long hash(long[] words) {
        return hash(FlowKey.copyOf(words, 0), 1);
    }
}
