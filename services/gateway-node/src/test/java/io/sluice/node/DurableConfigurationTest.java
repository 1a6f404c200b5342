// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is killed, damaged and started again, in processes of its own. */
class DurableConfigurationTest {

    private static final String ADMIN = "127.0.65.1:8080";
    private static final String PROCESS =
            "node: {id: gw-1, roles: [control-api]}\nadmin: {listen: \"" + ADMIN + "\"}\n";
    private static final String FILE = PROCESS + "zones: [az1]\n";
    private static final String DOCUMENT = "zones: [az1, az2, az3]\n";

    @TempDir
    private Path directory;

    private NodeProcess start(String yaml) throws Exception {
        return new NodeProcess(directory, "node", yaml, ADMIN);
    }

    private static long put(NodeProcess node, String document) throws Exception {
        HttpResponse<String> put = node.put("/v1/config", document);
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
        return new JsonObject(put.body()).getLong("revision");
    }

    private static long revision(NodeProcess node) throws Exception {
        return new JsonObject(node.get("/v1/nodes")).getLong("configRevision");
    }

    @Test
    void findsWhatWasChangedAgainUntilItsFileIsAnotherOne() throws Exception {
        long changed;
        try (NodeProcess node = start(FILE).ready()) {
            changed = put(node, DOCUMENT);
            node.kill();
        }
        try (NodeProcess node = start(FILE).ready()) {
            assertThat(revision(node)).isEqualTo(changed);
            assertThat(node.get("/v1/config")).contains("az3");
            assertThat(node.log()).contains("what was changed since stays in force");
            node.kill();
        }
        try (NodeProcess node = start(PROCESS + "zones: [az1, az9]\n").ready()) {
            assertThat(revision(node)).isGreaterThan(changed);
            assertThat(node.get("/v1/config")).contains("az9").doesNotContain("az3");
            assertThat(node.log()).contains("the file is another one than was applied before");
        }
    }

    @Test
    void doesNotStartFromADamagedStoreAndSaysWhatToDo() throws Exception {
        try (NodeProcess node = start(FILE).ready()) {
            put(node, DOCUMENT);
            node.kill();
        }
        Path mark = directory.resolve("node-data/config/ACKNOWLEDGED");
        byte[] good = Files.readAllBytes(mark);
        Files.write(mark, new byte[good.length]);
        try (NodeProcess node = start(FILE)) {
            assertThat(node.exitCode()).isEqualTo(1);
            assertThat(node.log())
                    .contains("cannot start: the store in ")
                    .contains("is damaged")
                    .contains("nothing was changed in it")
                    .doesNotContain("\tat ");
        }
        Files.write(mark, good);
        try (NodeProcess node = start(FILE).ready()) {
            assertThat(node.get("/v1/config")).contains("az3");
        }
    }

    @Test
    void doesNotStartFromAStoreThatAnotherProcessHolds() throws Exception {
        try (NodeProcess first = start(FILE).ready();
                NodeProcess second = new NodeProcess(
                        Files.createSymbolicLink(directory.resolve("other"), directory), "node", FILE, ADMIN)) {
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.log()).contains("is held by process ");
            assertThat(revision(first)).isPositive();
        }
    }
}
