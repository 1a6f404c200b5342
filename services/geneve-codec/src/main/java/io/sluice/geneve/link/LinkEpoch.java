// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

/**
 * Coarse time on the link: a frame is good in the epoch it was sealed in, the one before and the one after.
 *
 * <p>Epochs are counted by the sender's own monotonic clock, which it tells in every hello; so no two clocks need to agree, and
 * none that is set can close the link. What the receiver thinks of the sender's clock is late by what a hello took: the window
 * is wider than that.
 */
final class LinkEpoch {

    /** Length of an epoch: longer than the bus takes in bad times. */
    static final long MS = 10_000;

    /** Epochs around the present one that are taken. */
    static final int WINDOW = 1;

    private LinkEpoch() {}

    /** The epoch of a moment of the sender's clock. */
    static long of(long clockMs) {
        return Math.floorDiv(clockMs, MS);
    }

    /** How many epochs a frame is ahead of, or behind, the present one: by the low 8 bits it carries. */
    static int distance(byte epochLow, long present) {
        return (byte) (epochLow - (byte) present);
    }
}
