// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The open connections of the admin port: not more than allowed, and none that keeps a place without a complete request. Where all
 * places are taken a new one gets that of the oldest connection that has none: one that was never answered first, then one
 * whose client may ask again. Only where the node works for all of them the new one is closed.
 *
 * <p>A connection has a deadline from its start until its request has been read to the end, and a longer one from each
 * answer on, unless that came before the request's end. While the node works on an answer there is none.
 *
 * <p><b>Threading</b>: confined to the port's event loop.
 */
final class AdminConnections {

    /**
     * A connection.
     *
     * @param timer of its deadline; empty while the node works on an answer
     * @param answered whether it has had an answer
     */
    private record Place(OptionalLong timer, boolean answered) {}

    private final Vertx vertx;
    private final AdminLimits limits;

    /** Those that wait longest come first. */
    private final Map<HttpConnection, Place> places = new LinkedHashMap<>();

    AdminConnections(Vertx vertx, AdminLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /** Takes a connection, or closes it. */
    void opened(HttpConnection connection) {
        if (places.size() >= limits.connections() && !freed()) {
            connection.close();
            return;
        }
        places.put(connection, new Place(OptionalLong.empty(), false));
        connection.closeHandler(closed -> leave(connection));
        arm(connection, limits.requestMs(), false);
    }

    private boolean freed() {
        Optional<HttpConnection> oldest = waiting(place -> !place.answered()).or(() -> waiting(Place::answered));
        oldest.ifPresent(connection -> {
            leave(connection);
            connection.close();
        });
        return oldest.isPresent();
    }

    private Optional<HttpConnection> waiting(Predicate<Place> kind) {
        return places.entrySet().stream()
                .filter(entry -> entry.getValue().timer().isPresent() && kind.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void leave(HttpConnection connection) {
        Place left = places.remove(connection);
        if (left != null) {
            left.timer().ifPresent(vertx::cancelTimer);
        }
    }

    /** Takes a request whose head is complete. */
    void requested(RoutingContext context) {
        HttpConnection connection = context.request().connection();
        HttpServerResponse response = context.response();
        context.request().end().onComplete(ended -> {
            if (response.ended()) {
                arm(connection, limits.nextMs(), true);
            } else {
                disarm(connection);
            }
        });
        context.addEndHandler(
                answered -> arm(connection, context.request().isEnded() ? limits.nextMs() : limits.requestMs(), true));
        context.next();
    }

    private void arm(HttpConnection connection, long withinMs, boolean answered) {
        if (places.containsKey(connection)) {
            leave(connection);
            long timer = vertx.setTimer(withinMs, over -> connection.close());
            places.put(connection, new Place(OptionalLong.of(timer), answered));
        }
    }

    private void disarm(HttpConnection connection) {
        Place place = places.get(connection);
        if (place != null) {
            place.timer().ifPresent(vertx::cancelTimer);
            places.put(connection, new Place(OptionalLong.empty(), place.answered()));
        }
    }
}
