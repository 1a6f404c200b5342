// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two clients that write the same resource: each is told what it did itself. */
class WritesAtOnceTest {

    private static final String TARGET = "/v1/target-groups/firewalls/targets/10.1.0.12";
    private static final String DECISION = "/v1/endpoint-services/inspection-svc/endpoints/vpce-00000000000000001/";

    private LiveApi api;
    private Client client;

    @BeforeEach
    void open() throws Exception {
        api = new LiveApi();
        client = new Client(api.address);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        api.close();
    }

    /** Lets another client write between the first one's revision and its answer. */
    private void meanwhile(String method, String path, String body) {
        api.meanwhile.set(() -> {
            api.meanwhile.set(() -> {});
            try {
                client.expect(200, method, path, body);
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        });
    }

    @Test
    void anAnswerIsOfWhatItsRequestMadeSoThatNoUpdateIsLost() throws Exception {
        meanwhile("PATCH", TARGET, "{\"weight\":5}");
        HttpResponse<String> mine = client.expect(200, "PATCH", TARGET, "{\"weight\":9}");
        assertThat(new JsonObject(mine.body()).getInteger("weight")).isEqualTo(9);
        assertThat(client.json(200, "GET", TARGET, "").getInteger("weight")).isEqualTo(5);
        String etag = mine.headers().firstValue("etag").orElseThrow();
        client.expect(412, "PATCH", TARGET, "{\"weight\":10}", "If-Match", etag);
    }

    @Test
    void anAnswerComesWhereTheResourceIsDeletedMeanwhile() throws Exception {
        api.meanwhile.set(() -> {
            api.meanwhile.set(() -> {});
            try {
                client.expect(204, "DELETE", "/v1/zones/new", "");
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        });
        client.expect(201, "PUT", "/v1/zones/new", "");
        client.expect(404, "GET", "/v1/zones/new", "");
    }

    /** More writes than Vert.x has workers wait for a disk that stands still: whoever reads is answered all the same. */
    @Test
    void readsAreAnsweredWhileWritesWaitForTheDisk() throws Exception {
        CountDownLatch still = new CountDownLatch(1);
        api.stillStore.set(still);
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> writes = new ArrayList<>();
            for (int zone = 0; zone < 2 * VertxOptions.DEFAULT_WORKER_POOL_SIZE; zone++) {
                String path = "/v1/zones/z" + zone;
                writes.add(writers.submit(() -> client.expect(201, "PUT", path, "")));
            }
            try {
                CompletableFuture<JsonObject> read = CompletableFuture.supplyAsync(() -> {
                    JsonObject zones = new JsonObject();
                    // the last of these is asked for when the writes are waiting
                    for (int question = 0; question < 100; question++) {
                        zones = get("/v1/zones");
                    }
                    return zones;
                });
                assertThat(read.get(LiveApi.LIMIT_S / 2, TimeUnit.SECONDS).getJsonArray("zones"))
                        .hasSize(3);
            } finally {
                still.countDown();
            }
            for (Future<HttpResponse<String>> write : writes) {
                write.get();
            }
        }
    }

    private JsonObject get(String path) {
        try {
            return client.json(200, "GET", path, "");
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aDecisionIsAnsweredWithItself() throws Exception {
        meanwhile("POST", DECISION + "reject", "");
        assertThat(client.json(200, "POST", DECISION + "accept", "").getString("state"))
                .isEqualTo("available");
        assertThat(client.json(200, "GET", "/v1/endpoints/vpce-00000000000000001", "")
                        .getString("state"))
                .isEqualTo("rejected");
    }
}
