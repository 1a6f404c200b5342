// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.top;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a gateway said at about one moment: each answer with its own time, since one may take much longer than another.
 *
 * @param targets answer of {@code /v1/targets}
 * @param flows answer of {@code /v1/flows}
 * @param drops answer of {@code /v1/drops}
 */
record Sample(JsonNode targets, Timed flows, Timed drops) {

    /**
     * An answer with counts.
     *
     * @param atNs when it came, by a clock that never goes back
     * @param answer what it says
     */
    record Timed(long atNs, JsonNode answer) {

        JsonNode path(String key) {
            return answer.path(key);
        }

        /** Seconds from another one to this. */
        double secondsSince(Timed before) {
            return Math.max(0.001, (atNs - before.atNs()) / 1e9);
        }
    }
}
