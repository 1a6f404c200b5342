// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bounds the bytes of bodies that a port has in memory, over all its connections and for each client: those that are being
 * read, wait to be worked on, or are. Who would be too much waits, unread, for {@value #WAIT_MS} ms at most, and is then told
 * that there is no room. A body that is read has a deadline to arrive: who sends slowly holds room for that long and no longer.
 *
 * <p>Who has waited longest comes first, so that a long body is not passed over for ever; but nobody waits for another
 * client's share.
 *
 * <p><b>Threading</b>: confined to the port's event loop. <b>Units</b>: bytes; milliseconds of whatever clock the timers have.
 */
final class BodyBudget {

    /** Less than a connection has for its request. */
    static final long WAIT_MS = 2_000;

    /** Who waits holds a connection and nothing else. */
    static final int WAITING_MAX = 64;

    /** Of one client. */
    static final int WAITING_OF_CLIENT_MAX = 16;

    /** A body that is to be read. */
    interface Body {

        /** Who sends it. */
        String client();

        /** How long it is at most. */
        long bytes();

        /** It is not to be read yet. */
        void hold();

        /** It is to be read now. */
        void read();

        /** There is no room for it. */
        void refuse();

        /** It was being read and has not come to its end in time. */
        void late();
    }

    /** A clock that calls back. */
    interface Timers {

        /** Runs something once, later; what is returned makes it not run. */
        Runnable in(long ms, Runnable action);
    }

    private final long bytesMax;
    private final long clientBytesMax;
    private final long arriveMs;
    private final Timers timers;
    private final List<Body> waiting = new ArrayList<>();
    private final Map<Body, Runnable> deadlines = new HashMap<>();
    private final Map<String, Long> heldByClient = new HashMap<>();
    private long held;

    /**
     * @param bytesMax at once; no body is longer
     * @param clientBytesMax at once of one client; no body is longer
     * @param arriveMs from when a body is read until it has arrived
     * @param timers the clock
     */
    BodyBudget(long bytesMax, long clientBytesMax, long arriveMs, Timers timers) {
        this.bytesMax = bytesMax;
        this.clientBytesMax = clientBytesMax;
        this.arriveMs = arriveMs;
        this.timers = timers;
    }

    /** A body is to be read: now, or when there is room, or not at all. */
    void ask(Body body) {
        waiting.add(body);
        beginAll();
        if (!waiting.contains(body)) {
            return;
        }
        long ofClient = waiting.stream()
                .filter(other -> other.client().equals(body.client()))
                .count();
        if (waiting.size() > WAITING_MAX || ofClient > WAITING_OF_CLIENT_MAX) {
            waiting.remove(body);
            body.refuse();
            return;
        }
        body.hold();
        deadlines.put(body, timers.in(WAIT_MS, () -> {
            forget(body);
            body.refuse();
            beginAll();
        }));
    }

    /** A body that is read has come to its end, or its client has gone. */
    void arrived(Body body) {
        cancel(body);
    }

    /** Nobody waits for an answer about a body any more that may not have been read yet. */
    void gone(Body body) {
        if (waiting.contains(body)) {
            forget(body);
            beginAll();
        }
    }

    /** Nothing holds a body any more that was read. */
    void release(Body body) {
        cancel(body);
        held -= body.bytes();
        heldByClient.computeIfPresent(
                body.client(), (client, bytes) -> bytes <= body.bytes() ? null : bytes - body.bytes());
        beginAll();
    }

    private void forget(Body body) {
        waiting.remove(body);
        cancel(body);
    }

    private void cancel(Body body) {
        Runnable deadline = deadlines.remove(body);
        if (deadline != null) {
            deadline.run();
        }
    }

    private void beginAll() {
        Optional<Body> next = next();
        while (next.isPresent()) {
            begin(next.get());
            next = next();
        }
    }

    /** The first that may begin; who waits for room of all comes before everybody after it. */
    private Optional<Body> next() {
        for (Body body : waiting) {
            if (body.bytes() == 0) {
                return Optional.of(body);
            }
            if (heldByClient.getOrDefault(body.client(), 0L) + body.bytes() <= clientBytesMax) {
                return held + body.bytes() <= bytesMax ? Optional.of(body) : firstOfNothing();
            }
        }
        return Optional.empty();
    }

    private Optional<Body> firstOfNothing() {
        return waiting.stream().filter(body -> body.bytes() == 0).findFirst();
    }

    private void begin(Body body) {
        forget(body);
        held += body.bytes();
        heldByClient.merge(body.client(), body.bytes(), Long::sum);
        deadlines.put(body, timers.in(arriveMs, () -> {
            deadlines.remove(body);
            body.late();
        }));
        body.read();
    }
}
