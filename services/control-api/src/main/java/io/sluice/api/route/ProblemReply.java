// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.store.StoreUnavailable;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Answers with {@code application/problem+json} (RFC 9457): a stable code, the field, and what would be valid. */
public final class ProblemReply {

    private ProblemReply() {}

    /**
     * Ends the request.
     *
     * @param context the request
     * @param status HTTP status
     * @param code stable word for programs
     * @param field offending field, empty where there is none
     * @param detail what is wrong and what would be valid, for people
     */
    public static void send(RoutingContext context, int status, String code, String field, String detail) {
        JsonObject body = new JsonObject().put("code", code).put("detail", detail);
        if (!field.isEmpty()) {
            body.put("field", field);
        }
        send(context, status, body);
    }

    /** Ends a request that failed: the store's trouble is said, everything else is for the log. */
    public static void failed(RoutingContext context, Throwable failure) {
        if (failure instanceof StoreUnavailable) {
            send(context, 503, "store-unavailable", "", "nothing was changed: " + failure.getMessage());
        } else {
            context.fail(failure);
        }
    }

    /**
     * Ends the request.
     *
     * @param context the request
     * @param status HTTP status
     * @param problem code, detail and whatever else there is to say
     */
    static void send(RoutingContext context, int status, JsonObject problem) {
        JsonObject body = new JsonObject().put("type", "about:blank").put("status", status);
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(body.mergeIn(problem).encode());
    }
}
