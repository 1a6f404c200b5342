// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.Operations;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a router of the contract: each operation at its path, its body read within bounds, its parameters checked, then
 * answered by what is bound to it. {@code GET} answers to {@code HEAD} too (RFC 9110 §9.3.2).
 */
public final class ContractRouter {

    private ContractRouter() {}

    /**
     * The router; a request for another path goes on to the next one.
     *
     * @param bodyMs how long a request's body may take to arrive
     * @throws IllegalStateException naming operations without a handler, or handlers without an operation
     */
    public static Router create(Vertx vertx, Contract contract, Operations operations, long bodyMs) {
        requireSame(contract.operationIds(), operations.ids());
        RouterBuilder builder = RouterBuilder.create(vertx, contract.api());
        BodyReader bodies = new BodyReader(contract, bodyMs, (ms, action) -> {
            long timer = vertx.setTimer(ms, over -> action.run());
            return () -> vertx.cancelTimer(timer);
        });
        builder.rootHandler(ContractRouter::decodeQuery);
        builder.rootHandler(bodies::read);
        for (Operation operation : contract.api().operations()) {
            String id = operation.getOperationId();
            OpenAPIRoute route = Objects.requireNonNull(builder.getRoute(id), id);
            // who may do what is decided before this router
            route.setDoSecurity(false);
            route.addHandler(new ParameterCheck(operation)::check);
            route.addHandler(operations.handler(id).orElseThrow());
            route.addFailureHandler(new ParameterProblem(operation)::reply);
        }
        Router router = builder.createRouter();
        router.getRoutes().forEach(ContractRouter::headToo);
        router.route().handler(context -> otherMethod(contract, context)).failureHandler(BodyReader::unreadable);
        return router;
    }

    private static void requireSame(Set<String> wanted, Set<String> bound) {
        List<String> wrong = new ArrayList<>();
        Set<String> without = new TreeSet<>(wanted);
        without.removeAll(bound);
        without.forEach(id -> wrong.add("operation " + id + " has no handler"));
        Set<String> unknown = new TreeSet<>(bound);
        unknown.removeAll(wanted);
        unknown.forEach(id -> wrong.add("handler " + id + " has no operation"));
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("the contract and what is bound to it differ: " + String.join(", ", wrong));
        }
    }

    /** A query that is not well-formed is refused here: the library would take it for a fault of ours. */
    private static void decodeQuery(RoutingContext context) {
        context.queryParams();
        context.next();
    }

    private static void headToo(Route route) {
        Set<HttpMethod> methods = route.methods();
        if (methods != null && methods.contains(HttpMethod.GET)) {
            route.method(HttpMethod.HEAD);
        }
    }

    private static void otherMethod(Contract contract, RoutingContext context) {
        List<String> methods = contract.methods(context.normalizedPath());
        if (methods.isEmpty()) {
            context.next();
        } else {
            AdminRoute.onlyMethods(String.join(", ", methods)).handle(context);
        }
    }
}
