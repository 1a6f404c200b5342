// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

/** A word whose every bit depends on every bit of another. Source: the finaliser of MurmurHash3. */
final class Mixed {

    private Mixed() {}

    static long of(long word) {
        long h = (word ^ word >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        h = (h ^ h >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return h ^ h >>> 33;
    }
}
