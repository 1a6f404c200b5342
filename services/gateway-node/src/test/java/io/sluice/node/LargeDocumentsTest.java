// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ConfigDocuments;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with half a gigabyte that is sent more documents at once than it has room for. */
class LargeDocumentsTest {

    private static final String ADMIN = "127.0.69.1:8080";
    private static final String FILE =
            "node: {id: gw-1, roles: [control-api]}\nadmin: {listen: \"" + ADMIN + "\"}\nzones: [az1]\n";
    private static final int AT_ONCE = 8;
    private static final long LIMIT_S = 120;

    /** As many keys and values as a document may have, and as long as it may be: what takes most while it is read. */
    private static final int VALUES = 500_000;

    @TempDir
    private Path directory;

    private static byte[] worst() {
        int valueBytes = ConfigDocuments.BYTES_MAX / VALUES - "- \n".length();
        String value = "- " + "x".repeat(valueBytes) + "\n";
        return ("zones:\n" + value.repeat(VALUES)).getBytes(StandardCharsets.UTF_8);
    }

    /** One that is put in force, and with all defaults written out nearly as long as it may be. */
    private static byte[] good() {
        StringBuilder text = new StringBuilder("target-groups:\n");
        String value = "v".repeat(256);
        for (int group = 0; text.length() < ConfigDocuments.BYTES_MAX - 900_000; group++) {
            text.append("- name: g").append(group).append("\n  tags:\n");
            for (int tag = 0; tag < 50; tag++) {
                text.append("    tag-").append(tag).append(": ").append(value).append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static HttpRequest put(byte[] document) {
        return HttpRequest.newBuilder(URI.create("http://" + ADMIN + "/v1/config"))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(document))
                .timeout(Duration.ofSeconds(LIMIT_S))
                .build();
    }

    @Test
    void readsWhatFitsAndAsksTheOthersToComeAgain() throws Exception {
        try (NodeProcess node = new NodeProcess(directory, "node", FILE, ADMIN).ready();
                HttpClient client = HttpClient.newHttpClient()) {
            for (byte[] document : List.of(worst(), good())) {
                List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
                for (int n = 0; n < AT_ONCE; n++) {
                    answers.add(client.sendAsync(put(document), HttpResponse.BodyHandlers.ofString()));
                }
                int read = 0;
                for (CompletableFuture<HttpResponse<String>> asked : answers) {
                    HttpResponse<String> answer = asked.get(LIMIT_S, TimeUnit.SECONDS);
                    JsonObject body = new JsonObject(answer.body());
                    if (answer.statusCode() == 503) {
                        assertThat(body.getString("code")).isEqualTo("busy");
                        assertThat(answer.headers().firstValue("retry-after")).contains("1");
                    } else {
                        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 400);
                        assertThat(body.getString("code")).isIn("invalid-document", null);
                        read++;
                    }
                }
                // one after the other, as they are all of one client
                assertThat(read).isPositive();
            }
            assertThat(node.log()).doesNotContain("OutOfMemoryError");
            assertThat(new JsonObject(node.get("/v1/nodes")).getLong("configRevision"))
                    .isGreaterThan(1);
        }
    }

    /** All of a long answer at once would wait in memory for each of them: 60 times 16 MiB are more than there is. */
    @Test
    void whoAsksForALongDocumentAndDoesNotReadItTakesNoMemory() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (NodeProcess node = new NodeProcess(directory, "node", FILE, ADMIN).ready();
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(put(good()), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            for (int n = 0; n < 60; n++) {
                Socket socket = new Socket(ADMIN.substring(0, ADMIN.indexOf(':')), 8080);
                silent.add(socket);
                socket.getOutputStream()
                        .write("GET /v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            HttpResponse<byte[]> read = client.send(
                    HttpRequest.newBuilder(URI.create("http://" + ADMIN + "/v1/config"))
                            .timeout(Duration.ofSeconds(LIMIT_S))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(read.statusCode()).isEqualTo(200);
            HttpResponse<String> again = client.send(put(read.body()), HttpResponse.BodyHandlers.ofString());
            assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
            assertThat(new JsonObject(again.body()).getJsonArray("changes")).isEmpty();
            assertThat(node.log()).doesNotContain("OutOfMemoryError").doesNotContain("OutOfDirectMemoryError");
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }
}
