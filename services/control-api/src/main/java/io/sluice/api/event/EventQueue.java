// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What one listener has not read yet. At the limit the newest events are lost and counted; the count takes their place
 * among those that are read, as a {@link Event.Kind#LOST} of its own.
 *
 * <p><b>Threading</b>: any thread puts and takes; neither waits longer than the other's few instructions.
 */
public final class EventQueue {

    private final int limit;
    private final LongSupplier wallClockMs;
    private final Deque<Event> events = new ArrayDeque<>();
    private long lost;

    /**
     * @param limit events kept, at most
     * @param wallClockMs milliseconds since 1970
     */
    public EventQueue(int limit, LongSupplier wallClockMs) {
        this.limit = limit;
        this.wallClockMs = wallClockMs;
    }

    /** Puts an event, or counts it as lost. */
    public synchronized void put(Event event) {
        // the count of what was lost needs a place too
        if (events.size() + (lost > 0 ? 1 : 0) >= limit) {
            lost++;
            return;
        }
        saidLost();
        events.add(event);
    }

    /** Counts events that were lost before they came here. */
    public synchronized void lost(long more) {
        lost += more;
    }

    /** The oldest event; empty where all have been taken. */
    public synchronized Optional<Event> take() {
        if (events.isEmpty()) {
            saidLost();
        }
        return Optional.ofNullable(events.poll());
    }

    private void saidLost() {
        if (lost > 0) {
            events.add(Event.lost(wallClockMs.getAsLong(), lost));
            lost = 0;
        }
    }
}
