// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * The place of the contract's routes in a port that serves before the contract has been read: until then whatever comes to it
 * is answered 503 {@code starting}. It is there from the start, as a request sees only the routes of when it began, and looks
 * once: no request finds the contract half there, and is told that there is no such path.
 *
 * <p><b>Threading</b>: filled by one thread, asked by any.
 */
final class ServedRoutes {

    private static final String AGAIN_AFTER_S = "1";

    private volatile @Nullable Router contract;

    /** Those of the contract are served from now on. */
    void serve(Router routes) {
        contract = routes;
    }

    /** Hands a request to the contract's routes, or answers that they are not there yet. */
    void handle(RoutingContext context) {
        Router routes = contract;
        if (routes == null) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, AGAIN_AFTER_S);
            ProblemReply.send(context, 503, ProblemCode.STARTING, "", "the node is starting: try again in a moment");
        } else {
            routes.handleContext(context);
        }
    }

    /** Hands a request that failed to the contract's routes. */
    void handleFailure(RoutingContext context) {
        Router routes = contract;
        if (routes == null) {
            context.next();
        } else {
            routes.handleFailure(context);
        }
    }
}
