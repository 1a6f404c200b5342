// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose configuration changes while it runs, in a process of its own. */
class LiveConfigurationTest {

    private static final String ADMIN = "127.0.64.1:8080";
    private static final String DOCUMENT = """
            zones: [az1, az2]
            target-groups:
              - name: firewalls
                deregistration-delay: 2s
                targets: [{id: 10.1.0.11, zone: az1}, {id: 10.1.0.12, zone: az2}]
            load-balancers: [{name: inspection, zones: [az1, az2], listener: {target-group: firewalls}}]
            """;

    @TempDir
    private Path directory;

    private static JsonArray targets(Gateway node) throws Exception {
        return new JsonObject(node.get("/v1/targets")).getJsonArray("targets");
    }

    @Test
    void takesDocumentsShowsWhatTheyChangeAndForgetsWhatIsGone() throws Exception {
        String yaml = "node: {id: gw-1, roles: [control-api]}\nadmin: {listen: \"" + ADMIN + "\"}\nzones: [az1]\n";
        try (Gateway node = Gateway.start(directory, "node", yaml, ADMIN).ready()) {
            HttpResponse<String> put = node.put("/v1/config", DOCUMENT);
            assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
            long revision = new JsonObject(put.body()).getLong("revision");
            assertThat(revision).as("starts with the time").isGreaterThan(1_600_000_000_000L);
            assertThat(targets(node)).hasSize(2);
            assertThat(node.metric("sluice_targets", "az2")).isEqualTo(1);
            await().until(() -> node.metric("sluice_config_revision", "") >= revision);

            String exported = node.get("/v1/config");
            assertThat(new JsonObject(node.put("/v1/config", exported).body()).getJsonArray("changes"))
                    .isEmpty();

            node.put("/v1/config", DOCUMENT.replace(", {id: 10.1.0.12, zone: az2}", ""));
            assertThat(targets(node).getJsonObject(1).getString("state")).isEqualTo("draining");
            assertThat(node.metric("sluice_targets", "az2")).isZero();
            await().atMost(Duration.ofSeconds(30)).until(() -> targets(node).size() == 1);

            node.put("/v1/config", "zones: [az1]\n");
            assertThat(targets(node)).isEmpty();
            assertThat(node.get("/metrics")).doesNotContain("sluice_targets{").doesNotContain("sluice_target_healthy{");
        }
    }

    @Test
    void saysWhichVersionItIs() throws Exception {
        Matcher pom = Pattern.compile("<artifactId>sluice</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("..", "..", "pom.xml")));
        assertThat(pom.find()).isTrue();
        assertThat(new Version().getVersion()).containsExactly("sluice " + pom.group(1));
    }
}
