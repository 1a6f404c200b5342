// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ProblemCode;
import io.sluice.api.access.AccessCheck;
import io.sluice.api.event.Event;
import io.sluice.api.event.EventFilter;
import io.sluice.api.event.EventHub;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/events}: a JSON object a line, until the client goes. The response is written while it takes more; what
 * comes meanwhile waits in the listener's queue, and what finds no room there is told as a number of lost events. With each sign
 * of life it is looked whether the client's token counts still; where it does not the stream ends.
 */
public final class EventsRoute implements AdminRoute {

    /** Shorter than the port's idle timeout. */
    private static final long ALIVE_MS = 15_000;

    private static final long NO_TIMER = -1;

    private final EventHub hub;
    private final LongSupplier wallClockMs;
    private final long aliveMs;

    /**
     * @param hub brings the events
     * @param wallClockMs milliseconds since 1970
     */
    public EventsRoute(EventHub hub, LongSupplier wallClockMs) {
        this(hub, wallClockMs, ALIVE_MS);
    }

    /**
     * The same.
     *
     * @param hub brings the events
     * @param wallClockMs milliseconds since 1970
     * @param aliveMs from one sign of life to the next
     */
    public EventsRoute(EventHub hub, LongSupplier wallClockMs, long aliveMs) {
        this.hub = hub;
        this.wallClockMs = wallClockMs;
        this.aliveMs = aliveMs;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("streamEvents", this::stream);
    }

    private void stream(RoutingContext context) {
        HttpServerResponse response = context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/x-ndjson");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
            return;
        }
        Reader reader = new Reader(context);
        Optional<EventHub.Listener> opened = hub.open(filter(context), reader::wake);
        if (opened.isEmpty()) {
            response.headers().remove(HttpHeaders.CONTENT_TYPE);
            response.putHeader(HttpHeaders.RETRY_AFTER, "5");
            ProblemReply.send(
                    context,
                    503,
                    ProblemCode.TOO_MANY_LISTENERS,
                    "",
                    EventHub.LISTENERS_MAX + " clients listen already: expected one of them to go first");
            return;
        }
        reader.begin(opened.get());
    }

    private static EventFilter filter(RoutingContext context) {
        return new EventFilter(
                QueryValues.text(context, "kind").orElse(""),
                QueryValues.text(context, "endpoint").orElse(""),
                QueryValues.text(context, "target-group").orElse(""),
                QueryValues.text(context, "target").orElse(""),
                QueryValues.text(context, "reason").orElse(""));
    }

    /** One client. Woken by any thread, works on its request's. */
    private final class Reader {

        private final Context loop;
        private final RoutingContext request;
        private final AtomicBoolean woken = new AtomicBoolean();
        private EventHub.@Nullable Listener listener;

        Reader(RoutingContext request) {
            this.request = request;
            this.loop = request.vertx().getOrCreateContext();
        }

        void begin(EventHub.Listener opened) {
            listener = opened;
            HttpServerResponse response = request.response().setChunked(true);
            long timer = request.vertx().setPeriodic(aliveMs, tick -> {
                if (!AccessCheck.stillAdmits(request)) {
                    response.end();
                    return;
                }
                opened.queue().put(Event.alive(wallClockMs.getAsLong()));
                wake();
            });
            int seconds = QueryValues.integer(request, "seconds", 0);
            long end = seconds == 0
                    ? NO_TIMER
                    : request.vertx().setTimer(TimeUnit.SECONDS.toMillis(seconds), over -> response.end());
            request.addEndHandler(gone -> {
                request.vertx().cancelTimer(timer);
                request.vertx().cancelTimer(end);
                hub.close(opened);
            });
            response.drainHandler(drained -> write());
            response.write(Event.alive(wallClockMs.getAsLong()).line());
            write();
        }

        void wake() {
            if (woken.compareAndSet(false, true)) {
                loop.runOnContext(turn -> write());
            }
        }

        private void write() {
            woken.set(false);
            EventHub.Listener reading = listener;
            HttpServerResponse response = request.response();
            while (reading != null && !response.closed() && !response.ended() && !response.writeQueueFull()) {
                Optional<Event> next = reading.queue().take();
                if (next.isEmpty()) {
                    return;
                }
                response.write(next.get().line());
            }
        }
    }
}
