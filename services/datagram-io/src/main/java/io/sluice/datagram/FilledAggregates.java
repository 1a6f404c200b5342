// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import org.jspecify.annotations.Nullable;

/**
 * Aggregates that the kernel filled and nobody has looked into yet, with the socket each came to: first in, first out.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Limits</b>: each aggregate waits once at most, so there is a place for
 * every one.
 */
final class FilledAggregates {

    private final int[] aggregates;
    private final @Nullable PortReceiver[] receivers;
    private int first;
    private int count;

    /** @param capacity aggregates there are */
    FilledAggregates(int capacity) {
        aggregates = new int[capacity];
        receivers = new PortReceiver[capacity];
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(int aggregate, PortReceiver receiver) {
        int at = (first + count) % aggregates.length;
        aggregates[at] = aggregate;
        receivers[at] = receiver;
        count++;
    }

    /** The one that has waited longest. */
    int aggregate() {
        return aggregates[first];
    }

    /** Takes that one out of the queue; where it came to. */
    PortReceiver remove() {
        PortReceiver receiver = receivers[first];
        if (receiver == null) {
            throw new IllegalStateException("no aggregate waits");
        }
        receivers[first] = null;
        first = (first + 1) % aggregates.length;
        count--;
        return receiver;
    }
}
