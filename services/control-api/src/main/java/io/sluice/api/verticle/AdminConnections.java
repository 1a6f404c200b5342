// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of the admin port: not more than allowed, and none that keeps a place without a complete request.
 *
 * <p>A connection has a deadline from its start until its request has been read to the end, and a longer one from each
 * answer on, unless that came before the request's end. While the node works on an answer there is none.
 *
 * <p><b>Threading</b>: confined to the port's event loop.
 */
final class AdminConnections {

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final AdminLimits limits;
    private final Map<HttpConnection, Long> timers = new HashMap<>();

    AdminConnections(Vertx vertx, AdminLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /** Takes a connection, or closes it. */
    void opened(HttpConnection connection) {
        if (timers.size() >= limits.connections()) {
            connection.close();
            return;
        }
        timers.put(connection, NO_TIMER);
        connection.closeHandler(closed -> disarm(timers.remove(connection)));
        arm(connection, limits.requestMs());
    }

    /** Takes a request whose head is complete. */
    void requested(RoutingContext context) {
        HttpConnection connection = context.request().connection();
        HttpServerResponse response = context.response();
        context.request().end().onComplete(ended -> {
            if (response.ended()) {
                arm(connection, limits.nextMs());
            } else {
                disarm(timers.replace(connection, NO_TIMER));
            }
        });
        context.addEndHandler(
                answered -> arm(connection, context.request().isEnded() ? limits.nextMs() : limits.requestMs()));
        context.next();
    }

    private void arm(HttpConnection connection, long withinMs) {
        Long armed = timers.get(connection);
        if (armed != null) {
            disarm(armed);
            timers.put(connection, vertx.setTimer(withinMs, timer -> connection.close()));
        }
    }

    private void disarm(@Nullable Long timer) {
        if (timer != null && timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }
}
