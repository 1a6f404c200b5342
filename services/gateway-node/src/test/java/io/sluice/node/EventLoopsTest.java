// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of all roles has an event loop for each shard that nothing else is on. */
class EventLoopsTest {

    private static final String NETWORK = "127." + (64 + ProcessHandle.current().pid() % 180) + ".";
    private static final String YAML = """
            node: {id: gw-1, zone: az1, shards: 2}
            ingress: {listen: "NET.8.1:6080"}
            appliances: {listen: "NET.8.1:6081"}
            admin: {listen: "NET.8.1:8080"}
            zones: [az1]
            """.replace("NET.", NETWORK);

    /** Conditions of readiness that are no deployments. */
    private static final Set<String> NOT_DEPLOYED = Set.of("contract", "started");

    @TempDir
    private Path directory;

    @Test
    void thereAreAsManyLoopsAsThingsAreDeployed() throws Exception {
        try (NodeProcess node = new NodeProcess(directory, "node", YAML, NETWORK + "8.1:8080").ready()) {
            Set<String> deployed = new TreeSet<>(new JsonObject(node.get("/readyz"))
                    .getJsonObject("conditions")
                    .fieldNames());
            assertThat(deployed.removeAll(NOT_DEPLOYED)).isTrue();
            assertThat(deployed.removeIf(name -> name.matches("flows(-[0-9]+)?")))
                    .isTrue();
            assertThat(deployed).as("beside the shards").hasSizeLessThanOrEqualTo(GatewayNode.LOOPS_BESIDE_SHARDS);
        }
    }
}
