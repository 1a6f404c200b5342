// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are wrong on purpose: the right status, no word of the inside, and nothing is changed. */
class HostileRequestsTest {

    private static final List<String> WRITES = List.of(
            "POST /v1/load-balancers",
            "PUT /v1/load-balancers/inspection",
            "PATCH /v1/load-balancers/inspection",
            "PUT /v1/load-balancers/inspection/listener",
            "PATCH /v1/load-balancers/inspection/listener",
            "POST /v1/target-groups",
            "PUT /v1/target-groups/firewalls",
            "PATCH /v1/target-groups/firewalls",
            "POST /v1/target-groups/firewalls/targets",
            "PUT /v1/target-groups/firewalls/targets/10.1.0.11",
            "PATCH /v1/target-groups/firewalls/targets/10.1.0.11",
            "POST /v1/endpoint-services",
            "PUT /v1/endpoint-services/inspection-svc",
            "PATCH /v1/endpoint-services/inspection-svc",
            "POST /v1/endpoints",
            "PUT /v1/endpoints/vpce-00000000000000001",
            "PATCH /v1/endpoints/vpce-00000000000000001",
            "PUT /v1/tags/load-balancer/inspection",
            "PATCH /v1/tags/load-balancer/inspection",
            "PUT /v1/config");

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

    private void refused(int status, byte[] body) throws Exception {
        for (String write : WRITES) {
            String[] words = write.split(" ");
            HttpResponse<String> answer = client.ask(words[0], words[1], body);
            assertThat(answer.statusCode()).as("%s: %s", write, answer.body()).isEqualTo(status);
            tellsNothing(answer);
        }
        assertThat(api.revision()).isEqualTo(1);
        assertThat(api.published).hasValue(0);
    }

    private static void tellsNothing(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(answer.body())
                .doesNotContain("Exception")
                .doesNotContain("\tat ")
                .doesNotContain("io.sluice");
        assertThat(new JsonObject(answer.body()).getString("detail")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "7",
                "\"text\"",
                "null",
                "{\"a\":1}}",
                "{\"name\":{\"x\":[]},\"id\":[[]],\"zones\":7,\"targets\":{\"a\":1},\"listener\":[],\"vni\":{}}",
                "{\"name\":\"x\",\"name\":\"y\",\"zz\":1}",
                "*alias",
                "!!java.lang.Runtime {}",
                "&a [*a]",
                "a: &x [1,1]\nb: [*x,*x]\n",
                "\u0000",
                "\"\\u",
                "%PDF"
            })
    void refusesWhatIsNotWhatItShouldBe(String body) throws Exception {
        refused(400, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesDeepNestingAndBadUtf8() throws Exception {
        refused(400, ("{\"a\":".repeat(20_000) + "1" + "}".repeat(20_000)).getBytes(StandardCharsets.UTF_8));
        refused(400, "[".repeat(50_000).getBytes(StandardCharsets.UTF_8));
        refused(400, new byte[] {'{', '"', (byte) 0xC3, (byte) 0x28, '"', ':', '1', '}'});
        refused(400, new byte[] {(byte) 0xFF, (byte) 0xFE, '{', 0, '}', 0});
    }

    @Test
    void refusesBodiesThatAreTooLongForAResource() throws Exception {
        byte[] large = ("{\"name\":\"" + "x".repeat(300_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        for (String write : WRITES) {
            String[] words = write.split(" ");
            HttpResponse<String> answer = client.ask(words[0], words[1], large);
            assertThat(answer.statusCode()).as(write).isEqualTo(words[1].equals("/v1/config") ? 400 : 413);
            tellsNothing(answer);
        }
        assertThat(api.revision()).isEqualTo(1);
    }

    @Test
    void refusesAnEmptyBodyWhereThereIsSomethingToSay() throws Exception {
        for (String write : WRITES) {
            String[] words = write.split(" ");
            if (!words[1].contains("targets/")) {
                tellsNothing(client.expect(400, words[0], words[1], ""));
            }
        }
        assertThat(api.revision()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v1/load-balancers/-x,400,name",
        "GET,/v1/load-balancers/none,404,",
        "DELETE,/v1/zones/a%20b,400,zone",
        "GET,/v1/zones/%00,400,zone",
        "GET,/v1/target-groups/none/targets,404,",
        "GET,/v1/target-groups/firewalls/targets/10.1.0.300,404,",
        "GET,/v1/target-groups/firewalls/targets/ten,400,target",
        "DELETE,/v1/target-groups/none/targets/10.1.0.1,404,",
        "GET,/v1/endpoints/vpce-1,400,endpoint",
        "GET,/v1/endpoints/vpce-00000000000000000,404,",
        "GET,/v1/endpoints/vpce-0FFFFFFFFFFFFFFFF,404,",
        "GET,/v1/config/revisions/last,400,revision",
        "GET,/v1/config/revisions/9007199254740991,404,revision",
        "GET,/v1/config/revisions/9007199254740992,400,revision",
        "GET,/v1/config/revisions/99999999999999999999,400,revision",
        "POST,/v1/config/revisions/99999999999999999999/rollback,400,revision",
        "GET,/v1/config/revisions/1e9,400,revision",
        "POST,/v1/config/revisions/2.0/rollback,400,revision",
        "GET,/v1/config/revisions/99999999999999999999999,400,revision",
        "GET,/v1/config/revisions/1e3,400,revision",
        "GET,/v1/config/revisions/7.0,400,revision",
        "GET,/v1/config/revisions/-1,400,revision",
        "POST,/v1/config/revisions/1e0/rollback,400,revision",
        "GET,/v1/load-balancers?limit=0,400,limit",
        "GET,/v1/load-balancers?limit=1001,400,limit",
        "GET,/v1/load-balancers?limit=1&limit=2,400,limit",
        "GET,/v1/load-balancers?limit=%31%20,400,limit",
        "GET,/v1/load-balancers?colour=red,400,colour",
        "GET,/v1/load-balancers?page-token=%25%25,400,",
        "GET,/v1/load-balancers?zone=a.b,400,zone",
        "GET,/v1/endpoints?state=7,400,state",
        "DELETE,/v1/load-balancers/inspection?dry-run=yes,400,dry-run",
        "GET,/v1/trace,400,endpoint",
        "GET,/healthz?verbose=1,400,verbose",
        "PATCH,/v1/zones/az1,405,",
        "DELETE,/v1/config,405,",
        "GET,/v1/,404,",
        "GET,/v1/load-balancers/inspection/listener/x,404,"
    })
    void namesTheParameter(String method, String path, int status, String field) throws Exception {
        HttpResponse<String> answer = client.expect(status, method, path, "");
        tellsNothing(answer);
        assertThat(new JsonObject(answer.body()).getString("field")).isEqualTo(field);
        assertThat(api.revision()).isEqualTo(1);
    }

    /** A body of many small things is read within its bounds, and one group has its bound. */
    @Test
    void refusesMoreTargetsThanAGroupHas() throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("{\"name\":\"spare\",\"targets\":[".getBytes(StandardCharsets.UTF_8));
        for (int target = 0; target < 301; target++) {
            String element = (target == 0 ? "" : ",") + "{\"id\":\"10.2." + target / 250 + "." + target % 250 + "\"}";
            body.writeBytes(element.getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> answer = client.ask("PUT", "/v1/target-groups/spare", body.toByteArray());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("field")).isEqualTo("targets");
    }
}
