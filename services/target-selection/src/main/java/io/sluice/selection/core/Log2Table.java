// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

/**
 * Binary logarithms in fixed point, the same bits on every JVM and in every language.
 *
 * <p>Entry i is floor(2^{@value #FRACTION_BITS} · log2(1 + i / {@value #SEGMENTS})): a mathematical definition, so that
 * a second implementation need not copy this one. No floating point is involved: the bits of a logarithm come from
 * squaring, one bit a square, in 128-bit arithmetic whose accumulated error (below 2^-115) is far from what could move
 * a floor at 2^-{@value #FRACTION_BITS}.
 *
 * <p>Between entries the logarithm is interpolated linearly, which is low by at most 2^-26.5 and monotone.
 */
final class Log2Table {

    /** Bits after the point of every value. */
    static final int FRACTION_BITS = 52;

    /** Segments between 1 and 2. */
    static final int SEGMENTS = 4096;

    private static final int SEGMENT_BITS = 12;

    /** Bits of a 64-bit mantissa below its leading one and its segment number. */
    private static final int REST_BITS = 63 - SEGMENT_BITS;

    private static final long REST_MASK = (1L << REST_BITS) - 1;

    private static final long[] TABLE = build();

    private Log2Table() {}

    /**
     * 64 - log2(x), that is -log2 of x as a fraction of 2^64.
     *
     * <p><b>Units</b>: 2^-52. Between 0 and 2^58.
     *
     * @param x any value but zero, unsigned
     */
    static long negativeLog2OfFraction(long x) {
        int leadingZeros = Long.numberOfLeadingZeros(x);
        long mantissa = x << leadingZeros;
        int segment = (int) (mantissa >>> REST_BITS) & (SEGMENTS - 1);
        long from = TABLE[segment];
        // (to - from) · rest / 2^51, by way of the upper half of a 128-bit product of two positive numbers
        long step = Math.multiplyHigh((TABLE[segment + 1] - from) << 1, (mantissa & REST_MASK) << (63 - REST_BITS));
        return ((long) (leadingZeros + 1) << FRACTION_BITS) - from - step;
    }

    /** One entry; {@value #SEGMENTS} is the last. */
    static long entry(int index) {
        return TABLE[index];
    }

    private static long[] build() {
        long[] table = new long[SEGMENTS + 1];
        for (int i = 0; i < SEGMENTS; i++) {
            table[i] = fractionalLog2((long) (SEGMENTS + i) << (63 - SEGMENT_BITS));
        }
        table[SEGMENTS] = 1L << FRACTION_BITS;
        return table;
    }

    /** floor(2^52 · log2(x / 2^63)) of an x with its top bit set. */
    private static long fractionalLog2(long x) {
        long high = x;
        long low = 0;
        long bits = 0;
        for (int bit = 0; bit < FRACTION_BITS; bit++) {
            // upper 128 bits of (high · 2^64 + low)^2; what low^2 and the cut products would carry is the error
            long cross = Math.unsignedMultiplyHigh(high, low);
            long squareHigh = Math.unsignedMultiplyHigh(high, high);
            long squareLow = high * high;
            for (int twice = 0; twice < 2; twice++) {
                squareLow += cross;
                squareHigh += Long.compareUnsigned(squareLow, cross) < 0 ? 1 : 0;
            }
            if (squareHigh < 0) { // the square is 2 or more: this bit of the logarithm is 1
                bits = bits << 1 | 1;
                high = squareHigh;
                low = squareLow;
            } else {
                bits <<= 1;
                high = squareHigh << 1 | squareLow >>> 63;
                low = squareLow << 1;
            }
        }
        return bits;
    }
}
