// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A count that one event loop writes and any thread reads.
 *
 * <p><b>Threading</b>: {@link #add} on the loop alone, with a plain read and an opaque write; readers see each value whole,
 * and rising where only positive amounts are added.
 */
final class LoopCounter {

    private final AtomicLong value = new AtomicLong();

    void add(long amount) {
        value.setOpaque(value.getPlain() + amount);
    }

    /** The value, from any thread. */
    long get() {
        return value.getOpaque();
    }
}
