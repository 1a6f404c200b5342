// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Some of the targets of an answer, in its form. */
final class TargetRows {

    private TargetRows() {}

    static ObjectNode of(List<JsonNode> targets) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putArray("targets").addAll(targets);
        return answer;
    }
}
