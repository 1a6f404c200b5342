// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ProblemCode;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** One resource of the admin port. */
public interface AdminRoute {

    /** Binds the resource's operations of the contract. */
    void bind(Operations operations);

    /** Refuses what comes with another method than these. */
    static Handler<RoutingContext> onlyMethods(String methods) {
        return context -> {
            context.response().putHeader(HttpHeaders.ALLOW, methods);
            ProblemReply.send(
                    context,
                    405,
                    ProblemCode.METHOD_NOT_ALLOWED,
                    "",
                    context.request().method() + " is not possible here: expected one of " + methods);
        };
    }
}
