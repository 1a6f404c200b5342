// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.route.ProblemReply;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the library does not check of parameters: a query parameter that the operation does not have, or that is there
 * twice, is refused, since a misspelt one must not do what it was meant to prevent; a number is written in digits.
 */
final class ParameterCheck {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

    private final Map<String, Parameter> query = new TreeMap<>();

    ParameterCheck(Operation operation) {
        for (Parameter parameter : operation.getParameters()) {
            if (parameter.getIn() == Location.QUERY) {
                query.put(parameter.getName(), parameter);
            }
        }
    }

    void check(RoutingContext context) {
        for (String name : context.queryParams().names()) {
            Parameter parameter = query.get(name);
            List<String> values = context.queryParams().getAll(name);
            String problem;
            if (parameter == null) {
                problem = "there is no such parameter: expected "
                        + (query.isEmpty() ? "none" : String.join(", ", query.keySet()));
            } else if (values.size() > 1) {
                problem = "this parameter is there twice: expected once";
            } else if (parameter.getSchemaType() == SchemaType.INTEGER
                    && !WHOLE_NUMBER.matcher(values.getFirst()).matches()) {
                problem = ExpectedValue.refusal(parameter, values.getFirst());
            } else {
                continue;
            }
            ProblemReply.send(context, 400, ProblemReply.INVALID_PARAMETER, name, problem);
            return;
        }
        context.next();
    }
}
