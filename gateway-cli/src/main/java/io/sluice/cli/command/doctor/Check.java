// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * One question to the readings.
 *
 * @param name what it is about, a word or two
 * @param ofHost whether it is about the host, and so can be answered only there
 * @param ask looks at the readings; pure
 */
record Check(String name, boolean ofHost, Function<JsonNode, Finding> ask) {

    /** Looks at the readings, which need not have what is wanted. */
    Finding look(JsonNode readings) {
        if (ofHost && !readings.at("/host/local").asBoolean()) {
            return Finding.skipped("the node is on another host", "run ./sluice doctor there");
        }
        return ask.apply(readings);
    }
}
