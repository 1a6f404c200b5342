// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.output.Printable;

/** Turns an answer that is no success into what the person reads: exactly what the gateway said. */
final class Refused {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Refused() {}

    static CommandFailure of(String path, Answer answer) {
        ExitCode code = switch (answer.status()) {
            case 400, 413 -> ExitCode.USAGE;
            case 401, 403 -> ExitCode.UNAUTHORISED;
            case 404 -> ExitCode.NOT_FOUND;
            case 408, 504 -> ExitCode.TIMED_OUT;
            default -> ExitCode.FAILED;
        };
        String clean = Printable.lines(said(answer.body()));
        return new CommandFailure(code, path + ": HTTP " + answer.status() + clean);
    }

    private static String said(String body) {
        try {
            JsonNode problem = MAPPER.readTree(body);
            if (!problem.isObject()) {
                return body.isBlank() ? "" : ": " + body.strip();
            }
            String code = problem.path("code").asText();
            String field = problem.path("field").asText();
            return (code.isEmpty() ? "" : " " + code)
                    + ": "
                    + (field.isEmpty() ? "" : field + ": ")
                    + detail(problem)
                    + users(problem)
                    + details(problem.path("problems"));
        } catch (JsonProcessingException notJson) {
            return ": " + body.strip();
        }
    }

    private static String detail(JsonNode problem) {
        return problem.path("detail").asText();
    }

    /** Who uses it, a line each, unless the detail has said so. */
    private static String users(JsonNode problem) {
        StringBuilder lines = new StringBuilder();
        for (JsonNode user : problem.path("users")) {
            if (!detail(problem).contains(user.asText())) {
                lines.append("\nused by ").append(user.asText());
            }
        }
        return lines.toString();
    }

    /** What is wrong in a document, a line each: line, key, detail. */
    private static String details(JsonNode problems) {
        StringBuilder lines = new StringBuilder();
        for (JsonNode problem : problems) {
            String key = problem.path("key").asText();
            lines.append('\n')
                    .append(problem.path("line").asText())
                    .append(": ")
                    .append(key.isEmpty() ? "" : key + ": ")
                    .append(problem.path("detail").asText());
        }
        return lines.toString();
    }
}
