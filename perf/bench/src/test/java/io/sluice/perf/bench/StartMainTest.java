// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartMainTest {

    @Test
    void thePageHasMedianAndSpreadOfEachStart() {
        JsonObject host = new JsonObject()
                .put("rounds", 3)
                .put("flowCapacity", 1_000_000)
                .put("cpus", 2)
                .put("dirty", false);
        assertThat(StartMain.page("start-x", host, Map.of("run, again: first packet", List.of(1500.4, 900.0, 1200.0))))
                .startsWith("# start-x\n")
                .contains("3 rounds, a node with room for 1,000,000 flows")
                .endsWith("| run, again: first packet | 1200 | 900 | 1500 |\n");
    }
}
