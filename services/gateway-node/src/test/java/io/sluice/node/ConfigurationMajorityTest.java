// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Configuration writes in a cluster of three processes, two with the control API and one without: a majority, no lost
 * write, and what each of them starts from (architecture, section 5).
 */
class ConfigurationMajorityTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int WRITES = 10;

    /** What a node needs to start where no other one is there. */
    private static final String ALONE = "control-api,target-selection,flow-hashing";

    @TempDir
    private Path directory;

    @Test
    void writesNeedAMajorityAndNoneIsLost() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(
                directory, List.of("control-api", "control-api", "target-selection,flow-hashing"), "")) {
            cluster.begin(0);
            cluster.begin(1);
            cluster.begin(2);
            for (int i = 0; i < 3; i++) {
                cluster.node(i).ready();
            }
            await("all have heard of all").atMost(PATIENCE).until(() -> put(cluster, 0, "az1", "az2") == 200);
            await("the other node has it")
                    .atMost(PATIENCE)
                    .until(() -> cluster.zonesOf(1).equals(List.of("az1", "az2")));

            twoNodesAtOnce(cluster);
            assertThat(registers(cluster, "10.1.1.11", 201)).isEqualTo(201);

            cluster.kill(1);
            cluster.kill(2);
            minority(cluster);

            NodeProcess third = cluster.start(2);
            assertThat(third.log()).contains("the newest configuration that was heard before counts");
            await("two of three are a majority").atMost(PATIENCE).until(() -> put(cluster, 0, "az1", "late") == 200);
            cluster.start(1);
            await("a node that was away takes what it missed")
                    .atMost(PATIENCE)
                    .until(() -> cluster.zonesOf(1).equals(List.of("az1", "late")));
            assertThat(conflicts(cluster, 0)).isEmpty();
            assertThat(conflicts(cluster, 1)).isEmpty();
        }
    }

    private static int put(ClusterProcesses cluster, int node, String... zones) throws Exception {
        return cluster.node(node)
                .put("/v1/config", ClusterProcesses.zones(zones))
                .statusCode();
    }

    /** Each adds zones of its own, all at once: every one that was acknowledged is there at the end, on both. */
    private static void twoNodesAtOnce(ClusterProcesses cluster) throws Exception {
        List<CompletableFuture<String>> writing = new ArrayList<>();
        for (int i = 0; i < WRITES; i++) {
            String zone = "z" + i;
            NodeProcess node = cluster.node(i % 2);
            writing.add(CompletableFuture.supplyAsync(() -> {
                try {
                    HttpResponse<String> answer = node.put("/v1/zones/" + zone, "");
                    return answer.statusCode() == 201 ? zone : "";
                } catch (Exception late) {
                    return "";
                }
            }));
        }
        List<String> acknowledged = writing.stream()
                .map(CompletableFuture::join)
                .filter(zone -> !zone.isEmpty())
                .sorted()
                .toList();
        assertThat(acknowledged).as("of %d writes", WRITES).hasSizeGreaterThan(WRITES / 2);
        for (int node : new int[] {0, 1}) {
            await("node " + node + " has all that was acknowledged")
                    .atMost(PATIENCE)
                    .until(() -> cluster.zonesOf(node).containsAll(acknowledged));
        }
        assertThat(cluster.zonesOf(0)).isEqualTo(cluster.zonesOf(1));
    }

    private static void minority(ClusterProcesses cluster) throws Exception {
        List<String> before = cluster.zonesOf(0);
        HttpResponse<String> answer = cluster.node(0).put("/v1/config", ClusterProcesses.zones("az1", "refused"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        JsonObject problem = new JsonObject(answer.body());
        assertThat(problem.getString("code")).isEqualTo("no-majority");
        assertThat(problem.getString("detail"))
                .contains("need 2 of 3 members", "only gw-1", "expected 1 more", "nothing has changed");
        assertThat(cluster.zonesOf(0)).isEqualTo(before);
        assertThat(registers(cluster, "10.1.1.11", 200))
                .as("renewed by nobody's vote")
                .isEqualTo(200);
        assertThat(registers(cluster, "10.1.1.12", 503)).isEqualTo(503);
        assertThat(cluster.node(0)
                        .put("/v1/config?dry-run=true", ClusterProcesses.zones("az1"))
                        .statusCode())
                .as("a plan changes nothing and needs nobody")
                .isEqualTo(200);
    }

    /** Status of a registration with a lease; of the group first, where the target is to be new. */
    private static int registers(ClusterProcesses cluster, String target, int expected) throws Exception {
        NodeProcess node = cluster.node(0);
        if (expected == 201) {
            assertThat(node.put("/v1/target-groups/firewalls", "{}").statusCode())
                    .isEqualTo(201);
        }
        HttpResponse<String> answer = node.put("/v1/target-groups/firewalls/targets/" + target + "?lease=60s", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return answer.statusCode();
    }

    private static List<JsonObject> conflicts(ClusterProcesses cluster, int node) throws Exception {
        return new JsonObject(cluster.node(node).get("/v1/config/conflicts"))
                .getJsonArray("conflicts").stream().map(JsonObject.class::cast).toList();
    }

    /** With the override one of two writes alone; so does the other, and the branch that does not count is shown. */
    @Test
    void twoNodesThatWroteApartKeepBothBranchesAndShowTheLostOne() throws Exception {
        try (ClusterProcesses cluster =
                new ClusterProcesses(directory, List.of(ALONE, ALONE), ", allow-two-node: true")) {
            cluster.begin(0);
            cluster.begin(1);
            cluster.node(0).ready();
            cluster.node(1).ready();
            await().atMost(PATIENCE).until(() -> put(cluster, 0, "az1", "common") == 200);
            await().atMost(PATIENCE).until(() -> cluster.zonesOf(1).equals(List.of("az1", "common")));
            cluster.kill(1);
            assertThat(put(cluster, 0, "az1", "first")).isEqualTo(200);
            cluster.kill(0);
            cluster.start(1);
            assertThat(put(cluster, 1, "az1", "second")).isEqualTo(200);
            assertThat(put(cluster, 1, "az1", "second", "third")).isEqualTo(200);
            cluster.start(0);
            await("one branch counts on both")
                    .atMost(PATIENCE)
                    .until(() -> cluster.zonesOf(0).equals(List.of("az1", "second", "third")));
            assertThat(cluster.zonesOf(1)).isEqualTo(List.of("az1", "second", "third"));
            for (int node : IntStream.range(0, 2).toArray()) {
                await("node " + node + " shows the other branch")
                        .atMost(PATIENCE)
                        .until(() -> conflicts(cluster, node).size() == 1);
                JsonObject lost = conflicts(cluster, node).getFirst();
                assertThat(lost.getString("author")).isEqualTo("gw-1");
                assertThat(lost.getString("document"))
                        .as("a list has no documents")
                        .isNull();
                JsonObject whole =
                        new JsonObject(cluster.node(node).get("/v1/config/conflicts/" + lost.getLong("conflict")));
                assertThat(whole.getString("document")).contains("first").doesNotContain("second");
                assertThat(new JsonObject(cluster.node(node).get("/v1/config/revisions/" + lost.getLong("revision")))
                                .getString("document", ""))
                        .as("nobody who asks for the revision of that number has it")
                        .doesNotContain("first");
                assertThat(lost.getString("lost-to")).endsWith("of gw-2");
            }
            assertThat(put(cluster, 0, "az1", "first", "third"))
                    .as("it can be had again")
                    .isEqualTo(200);
        }
    }
}
