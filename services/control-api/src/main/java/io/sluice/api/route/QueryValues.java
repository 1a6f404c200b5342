// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Query parameters of a request that was checked against the contract. */
final class QueryValues {

    private QueryValues() {}

    static Optional<String> text(RoutingContext context, String name) {
        return Optional.ofNullable(context.queryParams().get(name));
    }

    static int integer(RoutingContext context, String name, int otherwise) {
        return text(context, name).map(Integer::parseInt).orElse(otherwise);
    }

    static boolean flag(RoutingContext context, String name) {
        return text(context, name).map(Boolean::parseBoolean).orElse(false);
    }

    /** What the request's path has in the place of a parameter. */
    static String path(RoutingContext context, String name) {
        return String.valueOf(context.pathParam(name));
    }
}
