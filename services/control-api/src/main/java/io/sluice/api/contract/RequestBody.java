// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.ProblemCode;
import io.sluice.api.access.Identity;
import io.sluice.api.route.HeldBody;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * The body of a request, as its budget knows it: paused while it waits, answered 503 {@code busy} where there is no room, and
 * 408 {@code too-slow} where it does not arrive in time, after which its connection is closed.
 *
 * <p><b>Threading</b>: confined to the port's event loop.
 */
final class RequestBody implements BodyBudget.Body {

    private static final String AGAIN_AFTER_S = "1";

    private final RoutingContext context;
    private final long bytes;
    private final BodyBudget budget;
    private final Runnable reading;
    private boolean paused;

    private RequestBody(RoutingContext context, long bytes, BodyBudget budget, Runnable reading) {
        this.context = context;
        this.bytes = bytes;
        this.budget = budget;
        this.reading = reading;
    }

    /**
     * Begins to read a body, now or when there is room, or answers that there is none.
     *
     * @param context its request
     * @param bytes how long it is at most
     * @param budget has the room
     * @param reading reads it
     */
    static void read(RoutingContext context, long bytes, BodyBudget budget, Runnable reading) {
        budget.ask(new RequestBody(context, bytes, budget, reading));
    }

    @Override
    public String client() {
        return Identity.address(context);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void hold() {
        paused = true;
        context.request().pause();
        context.addEndHandler(ended -> budget.gone(this));
    }

    @Override
    public void read() {
        HeldBody.hold(context, () -> budget.release(this));
        context.request().end().onComplete(ended -> budget.arrived(this));
        reading.run();
        resume();
    }

    private void resume() {
        if (paused) {
            paused = false;
            context.request().resume();
        }
    }

    @Override
    public void refuse() {
        context.response().putHeader(HttpHeaders.RETRY_AFTER, AGAIN_AFTER_S);
        ProblemReply.send(
                context,
                503,
                ProblemCode.BUSY,
                "",
                "other requests' bodies take all the room there is: try again in " + AGAIN_AFTER_S + " s");
        resume();
    }

    @Override
    public void late() {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            ProblemReply.send(
                            response,
                            408,
                            ProblemCode.TOO_SLOW,
                            "the request's body has not come to its end in time: expected it to be sent at once")
                    .onComplete(sent -> context.request().connection().close());
        }
    }
}
