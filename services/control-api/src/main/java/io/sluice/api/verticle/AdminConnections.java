// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The open connections of the admin port: not more than allowed, and none that keeps a place without a complete request. Where
 * all places are taken a new one gets that of the oldest connection that has none: one that was never answered first, then one
 * whose client may ask again, then one that sends a body. Only where the node works for all of them the new one is closed.
 *
 * <p>A connection has a deadline from its start until its request has been read to the end, and a longer one from each
 * answer on, unless that came before the request's end: who was refused, and does not end what nobody reads, is as one that says
 * nothing. While the node works on an answer there is no deadline. Who is told to close and does not take what was written to it
 * is cut off after {@value #CLOSING_MS} ms.
 *
 * <p><b>Threading</b>: confined to the port's event loop.
 */
final class AdminConnections {

    /** For what was written before: an answer, or the words why there is none. */
    private static final long CLOSING_MS = 1_000;

    /** What a connection is doing, in the order in which they give way to a new one. */
    private enum Doing {
        /** Has never had an answer, and no request is complete to the end of its head. */
        SILENT,
        /** Has had an answer and waits for the next request. */
        ANSWERED,
        /** Sends a request's body. */
        SENDING,
        /** The node works on an answer, however long it takes: it does not give way. */
        WAITING,
        /** Was told to close, and has perhaps still to take what was written to it. */
        CLOSING
    }

    /**
     * A connection.
     *
     * @param timer of its deadline; empty while the node works on an answer
     * @param doing what it is doing
     */
    private record Place(OptionalLong timer, Doing doing) {}

    private final Vertx vertx;
    private final AdminLimits limits;
    private int closing;

    /** Those that wait longest come first. */
    private final Map<HttpConnection, Place> places = new LinkedHashMap<>();

    AdminConnections(Vertx vertx, AdminLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /**
     * Takes a connection, or closes it. One that gave way counts until it is closed: as many again may be about to be, so that
     * clients who do not read what they asked for open no more than that.
     */
    void opened(HttpConnection connection) {
        if (places.size() - closing >= limits.connections() && !freed()) {
            connection.close();
            return;
        }
        places.put(connection, new Place(OptionalLong.empty(), Doing.SILENT));
        connection.closeHandler(closed -> leave(connection));
        arm(connection, limits.requestMs(), Doing.SILENT);
    }

    private boolean freed() {
        if (closing >= limits.connections()) {
            return false;
        }
        Optional<HttpConnection> oldest =
                waiting(Doing.SILENT).or(() -> waiting(Doing.ANSWERED)).or(() -> waiting(Doing.SENDING));
        oldest.ifPresent(this::close);
        return oldest.isPresent();
    }

    private void close(HttpConnection connection) {
        leave(connection);
        long timer = vertx.setTimer(CLOSING_MS, late -> cutOff(connection));
        places.put(connection, new Place(OptionalLong.of(timer), Doing.CLOSING));
        closing++;
        connection.close();
    }

    /** Its own {@code close} waits until the client has taken everything. */
    private static void cutOff(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            var _ = base.channelHandlerContext().close();
        }
    }

    private Optional<HttpConnection> waiting(Doing doing) {
        return places.entrySet().stream()
                .filter(entry -> entry.getValue().doing() == doing)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void leave(HttpConnection connection) {
        Place left = places.remove(connection);
        if (left != null) {
            left.timer().ifPresent(vertx::cancelTimer);
            closing -= left.doing() == Doing.CLOSING ? 1 : 0;
        }
    }

    /** Takes a request whose head is complete. */
    void requested(RoutingContext context) {
        HttpConnection connection = context.request().connection();
        HttpServerResponse response = context.response();
        places.computeIfPresent(
                connection,
                (same, place) -> place.doing() == Doing.CLOSING ? place : new Place(place.timer(), Doing.SENDING));
        context.request().end().onComplete(ended -> {
            if (response.ended()) {
                arm(connection, limits.nextMs(), Doing.ANSWERED);
            } else {
                disarm(connection);
            }
        });
        context.addEndHandler(answered -> {
            boolean read = context.request().isEnded();
            arm(connection, read ? limits.nextMs() : limits.requestMs(), read ? Doing.ANSWERED : Doing.SILENT);
        });
        context.next();
    }

    private void arm(HttpConnection connection, long withinMs, Doing doing) {
        Place place = places.get(connection);
        if (place != null && place.doing() != Doing.CLOSING) {
            leave(connection);
            long timer = vertx.setTimer(withinMs, over -> close(connection));
            places.put(connection, new Place(OptionalLong.of(timer), doing));
        }
    }

    private void disarm(HttpConnection connection) {
        Place place = places.get(connection);
        if (place != null && place.doing() != Doing.CLOSING) {
            place.timer().ifPresent(vertx::cancelTimer);
            places.put(connection, new Place(OptionalLong.empty(), Doing.WAITING));
        }
    }
}
