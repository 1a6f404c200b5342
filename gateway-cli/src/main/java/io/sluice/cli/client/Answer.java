// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;

/**
 * What a gateway answered.
 *
 * @param status HTTP status
 * @param date header {@code Date}; empty where it has none
 * @param body the whole body
 */
public record Answer(int status, String date, String body) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int NOT_FOUND = 404;
    private static final int BEGINNING_CHARACTERS = 80;

    /** Whether what was asked for was done. */
    public boolean succeeded() {
        return status >= 200 && status < 300;
    }

    /** Whether nothing is there under that path. */
    public boolean saysNotFound() {
        return status == NOT_FOUND;
    }

    /** The body as JSON; missing where it is empty. */
    public JsonNode json() throws CommandFailure {
        try {
            return body.isEmpty() ? MissingNode.getInstance() : MAPPER.readTree(body);
        } catch (JsonProcessingException notJson) {
            throw new CommandFailure(
                    ExitCode.FAILED, "the answer is no JSON; is this a gateway's admin port? It began: " + beginning());
        }
    }

    private String beginning() {
        return body.lines()
                .findFirst()
                .map(line -> line.substring(0, Math.min(BEGINNING_CHARACTERS, line.length())))
                .orElse("");
    }
}
