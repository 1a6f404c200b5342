// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.ProblemCode;
import io.sluice.api.route.HeldBody;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds the bytes of bodies that a port has in memory, over all its connections: those that are being read, wait to be
 * worked on, or are. Who would be too much waits, unread, for {@value #WAIT_MS} ms at most, and is then answered 503
 * {@code busy}.
 *
 * <p>Who has waited longest comes first, so that a long body is not passed over for ever. <b>Threading</b>: confined to the
 * port's event loop.
 */
final class BodyBudget {

    /** Less than a connection has for its request. */
    static final long WAIT_MS = 2_000;

    /** Who waits holds a connection and nothing else. */
    private static final int WAITING_MAX = 64;

    private static final String AGAIN_AFTER_S = "1";

    private record Waiting(RoutingContext context, long bytes, Runnable reading) {}

    private final long bytesMax;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long bytesHeld;

    /** @param bytesMax at once; no body is longer */
    BodyBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * Begins to read a body, now or when there is room, or answers that there is none.
     *
     * @param context its request
     * @param bytes how long it is at most
     * @param reading reads it
     */
    void read(RoutingContext context, long bytes, Runnable reading) {
        if (waiting.isEmpty() && fits(bytes)) {
            begin(context, bytes, reading);
        } else if (waiting.size() >= WAITING_MAX) {
            refuse(context);
        } else {
            later(new Waiting(context, bytes, reading));
        }
    }

    private boolean fits(long bytes) {
        return bytesHeld + bytes <= bytesMax;
    }

    private void begin(RoutingContext context, long bytes, Runnable reading) {
        bytesHeld += bytes;
        HeldBody.hold(context, () -> {
            bytesHeld -= bytes;
            beginNext();
        });
        reading.run();
    }

    private void later(Waiting asked) {
        RoutingContext context = asked.context();
        context.request().pause();
        waiting.addLast(asked);
        long timer = context.vertx().setTimer(WAIT_MS, over -> {
            if (waiting.remove(asked)) {
                refuse(context);
                context.request().resume();
                beginNext();
            }
        });
        context.addEndHandler(ended -> {
            context.vertx().cancelTimer(timer);
            if (waiting.remove(asked)) {
                beginNext();
            }
        });
    }

    private void beginNext() {
        while (!waiting.isEmpty() && fits(waiting.getFirst().bytes())) {
            Waiting next = waiting.removeFirst();
            begin(next.context(), next.bytes(), next.reading());
            next.context().request().resume();
        }
    }

    private static void refuse(RoutingContext context) {
        context.response().putHeader(HttpHeaders.RETRY_AFTER, AGAIN_AFTER_S);
        ProblemReply.send(
                context,
                503,
                ProblemCode.BUSY,
                "",
                "other requests' bodies take all the room there is: try again in " + AGAIN_AFTER_S + " s");
    }
}
