// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** One resource of the admin port. */
public interface AdminRoute {

    /** What every resource answers to. */
    String READ_METHODS = "GET, HEAD";

    /** Adds the resource's paths. */
    void mount(Router router);

    /** Serves a path to {@code GET}, and to {@code HEAD}, whose answer is the same without its body (RFC 9110 §9.3.2). */
    static void read(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
    }

    /**
     * Whether a request has no query parameter but this one, and that once at most: a misspelt one must not do what it
     * was meant to prevent. Else it has been refused.
     */
    static boolean takesOnly(RoutingContext context, String parameter) {
        for (String name : context.queryParams().names()) {
            if (!name.equals(parameter)) {
                ProblemReply.send(
                        context, 400, "invalid-parameter", name, "there is no such parameter: expected " + parameter);
                return false;
            }
        }
        if (context.queryParams().getAll(parameter).size() > 1) {
            ProblemReply.send(
                    context, 400, "invalid-parameter", parameter, "this parameter is there twice: expected once");
            return false;
        }
        return true;
    }

    /** Refuses what comes with another method than these. */
    static Handler<RoutingContext> onlyMethods(String methods) {
        return context -> {
            context.response().putHeader(HttpHeaders.ALLOW, methods);
            ProblemReply.send(
                    context,
                    405,
                    "method-not-allowed",
                    "",
                    context.request().method() + " is not possible here: expected one of " + methods);
        };
    }
}
