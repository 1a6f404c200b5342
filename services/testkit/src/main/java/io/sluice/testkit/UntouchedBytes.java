// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;

/** Bytes of a buffer that what is tested must not write: filled beforehand with something, compared afterwards. */
public final class UntouchedBytes {

    private static final long SEED = 20_261_128;

    private final ByteBuffer memory;
    private final int from;
    private final byte[] before;

    /**
     * Fills them.
     *
     * @param memory where they are
     * @param from absolute index of the first
     * @param to absolute index behind the last
     */
    public UntouchedBytes(ByteBuffer memory, int from, int to) {
        this.memory = memory;
        this.from = from;
        before = new byte[to - from];
        new Random(SEED).nextBytes(before);
        memory.put(from, before);
    }

    /** Asserts that nobody has written them. */
    public void check(String what) {
        byte[] after = new byte[before.length];
        memory.get(from, after);
        assertThat(after).as(what).isEqualTo(before);
    }
}
