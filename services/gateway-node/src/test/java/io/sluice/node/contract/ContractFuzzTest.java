// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Requests made of the contract by chance, each operation at a time: values that are right, nearly right and wrong, for
 * parameters, headers and bodies. Whatever comes, the answer is one of the contract's, never a fault of ours, and what is
 * refused changes nothing.
 *
 * <p>{@code -Dsluice.fuzz.requests=1000} makes so many for each operation, {@code -Dsluice.fuzz.seed=7} others than usual.
 */
class ContractFuzzTest {

    private static final int REQUESTS = Integer.getInteger("sluice.fuzz.requests", 20);
    /** It answers until who asked goes away; EventsRouteTest asks it in every wrong way. */
    private static final String STREAM = "streamEvents";

    private static final long SEED = Long.getLong("sluice.fuzz.seed", 1);

    @Test
    void everyAnswerIsOneOfTheContractAndARefusalChangesNothing() throws Exception {
        try (LiveApi api = new LiveApi()) {
            ValidatingProxy proxy = new ValidatingProxy(api.vertx, api.address);
            OpenAPIContract contract = FullContract.load(api.vertx);
            List<Operation> operations = contract.operations().stream()
                    .filter(operation -> !operation.getOperationId().equals(STREAM))
                    .sorted(Comparator.comparing(Operation::getOperationId))
                    .toList();
            Map<Integer, Integer> statuses = new TreeMap<>();
            try (Client client = new Client(proxy.address)) {
                for (Operation operation : operations) {
                    ChanceRequests requests = new ChanceRequests(operation, SEED);
                    for (int count = 0; count < REQUESTS; count++) {
                        ChanceRequests.Made made = requests.next();
                        long before = api.revision();
                        HttpResponse<String> answer =
                                client.ask(operation.getHttpMethod().name(), made.path(), made.body(), made.headers());
                        statuses.merge(answer.statusCode(), 1, Integer::sum);
                        String said = "seed %d, %s %s %s: %d %s"
                                .formatted(
                                        SEED,
                                        operation.getOperationId(),
                                        made.path(),
                                        made.text(),
                                        answer.statusCode(),
                                        answer.statusCode() >= 400 ? answer.body() : "");
                        assertThat(answer.statusCode()).as(said).isNotIn(500, 502);
                        if (answer.statusCode() >= 400) {
                            assertThat(api.revision()).as(said).isEqualTo(before);
                            assertThat(answer.body())
                                    .as(said)
                                    .doesNotContain("Exception")
                                    .doesNotContain("\tat ");
                            assertThat(new JsonObject(answer.body()).fieldNames())
                                    .as(said)
                                    .containsAnyOf("code", "ready");
                        }
                    }
                }
            }
            assertThat(proxy.violations).isEmpty();
            assertThat(statuses.keySet()).contains(200, 201, 204, 400, 404);
            System.out.println("fuzz: " + operations.size() + " operations, " + REQUESTS + " requests each, seed "
                    + SEED + ", answers by status " + statuses);
        }
    }
}
