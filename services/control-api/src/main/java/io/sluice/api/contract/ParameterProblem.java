// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.validation.ValidatorException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Answers what the library refuses with a problem that names the parameter and what would be valid. */
final class ParameterProblem {

    /** How the library names a parameter in a message: it has no other way. */
    private static final Pattern NAMED = Pattern.compile("(?:path|query|header|cookie) parameter ([A-Za-z-]+)");

    private final Map<String, Parameter> parameters = new TreeMap<>();

    ParameterProblem(Operation operation) {
        operation.getParameters().forEach(parameter -> parameters.put(parameter.getName(), parameter));
    }

    void reply(RoutingContext context) {
        ValidatorException refused = refusal(context.failure());
        if (refused == null) {
            context.next();
            return;
        }
        Matcher named = NAMED.matcher(String.valueOf(refused.getMessage()));
        Parameter parameter = named.find() ? parameters.get(named.group(1)) : null;
        if (parameter == null) {
            ProblemReply.send(
                    context, 400, ProblemCode.BAD_REQUEST, "", "the request's path or query is not well-formed");
            return;
        }
        String value = value(context, parameter);
        ProblemReply.send(
                context,
                400,
                ProblemCode.INVALID_PARAMETER,
                parameter.getName(),
                value == null
                        ? "this parameter is required: expected " + ExpectedValue.of(parameter)
                        : ExpectedValue.refusal(parameter, value));
    }

    private static @Nullable ValidatorException refusal(@Nullable Throwable failure) {
        if (failure instanceof ValidatorException refused) {
            return refused;
        }
        return failure != null && failure.getCause() instanceof ValidatorException refused ? refused : null;
    }

    private static @Nullable String value(RoutingContext context, Parameter parameter) {
        if (parameter.getIn() == Location.PATH) {
            return context.pathParam(parameter.getName());
        }
        return parameter.getIn() == Location.HEADER
                ? context.request().getHeader(parameter.getName())
                : context.queryParams().get(parameter.getName());
    }
}
