// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one thread writes of a {@link PacketRing}: how far it has come, and how far it last saw the other side.
 *
 * <p><b>Layout</b>: two numbers amid 128 bytes on either side that nobody writes, so that the two sides of a ring share no
 * cache line, nor the pair of lines that is fetched together.
 *
 * <p><b>Threading</b>: one writer; {@link #published} from any thread.
 */
final class RingSide {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 16;
    private static final int SEQUENCE = PADDING;
    private static final int OTHER_SEEN = PADDING + 1;

    private final long[] words = new long[PADDING + 2 + PADDING];

    /** How far the writer has come, as it knows itself. */
    long own() {
        return words[SEQUENCE];
    }

    /** How far the writer has come, and with it everything it did before. */
    long published() {
        return (long) LONGS.getAcquire(words, SEQUENCE);
    }

    /** Makes visible what was done before. */
    void publish(long sequence) {
        LONGS.setRelease(words, SEQUENCE, sequence);
    }

    /** How far the other side was when the writer last looked. */
    long otherSeen() {
        return words[OTHER_SEEN];
    }

    void otherSeen(long sequence) {
        words[OTHER_SEEN] = sequence;
    }
}
