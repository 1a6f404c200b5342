// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ProblemCode;
import io.sluice.api.resource.Refusal;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
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
    public static void send(RoutingContext context, int status, ProblemCode code, String field, String detail) {
        JsonObject body = new JsonObject().put("code", code.text()).put("detail", detail);
        if (!field.isEmpty()) {
            body.put("field", field);
        }
        send(context.response(), status, body);
    }

    /**
     * Ends a request that no route sees.
     *
     * @param response its answer
     * @param status HTTP status
     * @param code stable word for programs
     * @param detail what is wrong and what would be valid, for people
     * @return completes when it is sent
     */
    public static Future<Void> send(HttpServerResponse response, int status, ProblemCode code, String detail) {
        return send(response, status, new JsonObject().put("code", code.text()).put("detail", detail));
    }

    /** Ends the request with what was refused and why. */
    static void send(RoutingContext context, Refusal refusal) {
        JsonObject body = new JsonObject().put("code", refusal.code().text()).put("detail", refusal.detail());
        if (!refusal.field().isEmpty()) {
            body.put("field", refusal.field());
        }
        if (refusal.hasRevision()) {
            body.put("revision", refusal.revision());
        }
        if (!refusal.users().isEmpty()) {
            body.put("users", new JsonArray(refusal.users()));
        }
        if (!refusal.problems().isEmpty()) {
            JsonArray problems = new JsonArray();
            refusal.problems()
                    .forEach(problem -> problems.add(new JsonObject()
                            .put("line", problem.line())
                            .put("key", problem.key())
                            .put("detail", problem.detail())));
            body.put("problems", problems);
        }
        send(context.response(), refusal.status(), body);
    }

    /**
     * Ends the request.
     *
     * @param response its answer
     * @param status HTTP status
     * @param problem code, detail and whatever else there is to say
     */
    private static Future<Void> send(HttpServerResponse response, int status, JsonObject problem) {
        JsonObject body = new JsonObject().put("type", "about:blank").put("status", status);
        return response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(body.mergeIn(problem).encode());
    }
}
