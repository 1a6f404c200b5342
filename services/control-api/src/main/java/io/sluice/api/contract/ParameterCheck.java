// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the library does not check of parameters: a query parameter that the operation does not have, or one of query or headers
 * that is there twice, is refused, since a misspelt one must not do what it was meant to prevent; a number is written in digits.
 */
final class ParameterCheck {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

    private static final String TWICE = "this parameter is there twice: expected once";

    private final Map<String, Parameter> query = new TreeMap<>();
    private final List<String> headers = new ArrayList<>();
    private final List<Parameter> numbersOfPath = new ArrayList<>();

    ParameterCheck(Operation operation) {
        for (Parameter parameter : operation.getParameters()) {
            if (parameter.getIn() == Location.QUERY) {
                query.put(parameter.getName(), parameter);
            } else if (parameter.getIn() == Location.PATH && parameter.getSchemaType() == SchemaType.INTEGER) {
                numbersOfPath.add(parameter);
            } else if (parameter.getIn() == Location.HEADER) {
                headers.add(parameter.getName());
            }
        }
    }

    void check(RoutingContext context) {
        for (Parameter parameter : numbersOfPath) {
            String value = String.valueOf(context.pathParam(parameter.getName()));
            if (isNoNumber(parameter, value)) {
                refuse(context, parameter.getName(), ExpectedValue.refusal(parameter, value));
                return;
            }
        }
        for (String name : headers) {
            if (context.request().headers().getAll(name).size() > 1) {
                refuse(context, name, TWICE);
                return;
            }
        }
        for (String name : context.queryParams().names()) {
            Parameter parameter = query.get(name);
            List<String> values = context.queryParams().getAll(name);
            String problem;
            if (parameter == null) {
                problem = "there is no such parameter: expected "
                        + (query.isEmpty() ? "none" : String.join(", ", query.keySet()));
            } else if (values.size() > 1) {
                problem = TWICE;
            } else if (isNoNumber(parameter, values.getFirst())) {
                problem = ExpectedValue.refusal(parameter, values.getFirst());
            } else {
                continue;
            }
            refuse(context, name, problem);
            return;
        }
        context.next();
    }

    /** The library takes 1e9 for an integer, as JSON does. */
    private static boolean isNoNumber(Parameter parameter, String value) {
        return parameter.getSchemaType() == SchemaType.INTEGER
                && !WHOLE_NUMBER.matcher(value).matches();
    }

    private static void refuse(RoutingContext context, String name, String problem) {
        ProblemReply.send(context, 400, ProblemCode.INVALID_PARAMETER, name, problem);
    }
}
