// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * Brings events to those who listen. A listener that does not read loses events and holds nobody up.
 *
 * <p><b>Threading</b>: any thread.
 */
public final class EventHub {

    /** Listeners at once. */
    public static final int LISTENERS_MAX = 16;

    /** Events kept for each. */
    public static final int QUEUE_MAX = 4_096;

    private final LongSupplier wallClockMs;
    private final int queueMax;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> openings = new CopyOnWriteArrayList<>();

    /** @param wallClockMs milliseconds since 1970 */
    public EventHub(LongSupplier wallClockMs) {
        this(wallClockMs, QUEUE_MAX);
    }

    /**
     * @param wallClockMs milliseconds since 1970
     * @param queueMax events kept for each listener
     */
    public EventHub(LongSupplier wallClockMs, int queueMax) {
        this.wallClockMs = wallClockMs;
        this.queueMax = queueMax;
    }

    /**
     * Somebody who listens.
     *
     * @param filter what he wants
     * @param queue what he has not read yet
     * @param wake called when there is something to read, by whoever brings it: must return at once
     */
    public record Listener(EventFilter filter, EventQueue queue, Runnable wake) {}

    /** Lets somebody listen; empty where {@value #LISTENERS_MAX} do already. */
    public synchronized Optional<Listener> open(EventFilter filter, Runnable wake) {
        if (listeners.size() >= LISTENERS_MAX) {
            return Optional.empty();
        }
        Listener listener = new Listener(filter, new EventQueue(queueMax, wallClockMs), wake);
        listeners.add(listener);
        openings.forEach(Runnable::run);
        return Optional.of(listener);
    }

    /** He listens no more; may be said twice. */
    public synchronized void close(Listener listener) {
        listeners.remove(listener); // each has a queue of its own, so no two are equal
    }

    /** Calls something each time somebody begins to listen; it must return at once. */
    public void whenOpened(Runnable opened) {
        openings.add(opened);
    }

    /** Whether anybody listens. */
    public boolean hasListeners() {
        return !listeners.isEmpty();
    }

    /** Brings an event to those who want it. */
    public void emit(Event event) {
        for (Listener listener : listeners) {
            if (listener.filter().wants(event)) {
                listener.queue().put(event);
                listener.wake().run();
            }
        }
    }

    /** Says that events are missing, to everybody: nobody knows whose they were. */
    public void lost(long events) {
        for (Listener listener : listeners) {
            listener.queue().lost(events);
            listener.wake().run();
        }
    }
}
