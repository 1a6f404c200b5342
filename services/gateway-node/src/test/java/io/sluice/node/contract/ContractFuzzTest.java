// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Requests made of the contract by chance, each operation at a time and often from the same configuration: values that are right,
 * nearly right and wrong, for parameters, headers and bodies. Whatever comes, the answer is one of the contract's, never a
 * fault of ours, and what is refused changes nothing.
 *
 * <p>{@code ./sluice fuzz contract} makes 1,000 for each operation; {@code -Dsluice.fuzz.seed=7} makes others than usual.
 * What was answered is in {@code target/contract-fuzz.txt}.
 */
class ContractFuzzTest {

    private static final int REQUESTS = Integer.getInteger("sluice.fuzz.requests", 20);
    private static final long SEED = Long.getLong("sluice.fuzz.seed", 1);
    /** What was deleted must be there again for most of the requests that would delete it. */
    private static final int RESTORED_AFTER = 10;

    private static final Path REPORT = Path.of("target", "contract-fuzz.txt");

    /** It answers until who asked goes away, so its first line is read and no more. */
    private static final String STREAM = "streamEvents";

    private record Answer(int status, String body) {}

    @Test
    void everyAnswerIsOneOfTheContractAndARefusalChangesNothing() throws Exception {
        SortedMap<String, SortedMap<Integer, Integer>> answered = new TreeMap<>();
        try (LiveApi api = new LiveApi()) {
            ValidatingProxy proxy = new ValidatingProxy(api.vertx, api.address);
            List<Operation> operations = FullContract.load(api.vertx).operations().stream()
                    .sorted(Comparator.comparing(Operation::getOperationId))
                    .toList();
            try (Client direct = new Client(api.address);
                    Client proxied = new Client(proxy.address)) {
                for (Operation operation : operations) {
                    ChanceRequests requests = new ChanceRequests(operation, SEED);
                    SortedMap<Integer, Integer> statuses = new TreeMap<>();
                    answered.put(operation.getOperationId(), statuses);
                    for (int count = 0; count < REQUESTS; count++) {
                        if (count % RESTORED_AFTER == 0) {
                            api.restore();
                        }
                        ChanceRequests.Made made = requests.next();
                        long before = api.revision();
                        String method = operation.getHttpMethod().name();
                        Answer answer = operation.getOperationId().equals(STREAM)
                                ? beginning(api, direct.open(method, made.path(), made.body(), made.headers()))
                                : whole(proxied.ask(method, made.path(), made.body(), made.headers()));
                        statuses.merge(answer.status, 1, Integer::sum);
                        check(operation, made, answer, before, api.revision());
                    }
                }
            }
            assertThat(proxy.violations).isEmpty();
        }
        assertThat(sum(answered).keySet()).contains(200, 201, 204, 400, 404, 409, 412);
        Files.writeString(REPORT, report(answered));
    }

    private static Answer whole(HttpResponse<String> answer) {
        return new Answer(answer.statusCode(), answer.body());
    }

    /** The first line of a stream, after which nobody listens any more; or a refusal. */
    private static Answer beginning(LiveApi api, HttpResponse<InputStream> answer) throws IOException {
        try (BufferedReader body = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            if (answer.statusCode() >= 400) {
                return new Answer(answer.statusCode(), body.lines().collect(Collectors.joining("\n")));
            }
            assertThat(answer.headers().firstValue("content-type")).contains("application/x-ndjson");
            assertThat(new JsonObject(body.readLine()).getString("kind")).isEqualTo("alive");
        }
        await().pollInterval(Duration.ofMillis(5)).until(() -> !api.events.hasListeners());
        return new Answer(answer.statusCode(), "");
    }

    private static void check(Operation operation, ChanceRequests.Made made, Answer answer, long before, long after) {
        String said = "seed %d, %s %s %s %s: %d %s"
                .formatted(
                        SEED,
                        operation.getOperationId(),
                        made.path(),
                        made.headerList(),
                        made.text(),
                        answer.status,
                        answer.status >= 400 ? answer.body : "");
        assertThat(answer.status).as(said).isLessThan(500);
        if (answer.status >= 400) {
            assertThat(after).as(said).isEqualTo(before);
            assertThat(answer.body).as(said).doesNotContain("Exception").doesNotContain("\tat ");
            assertThat(answer.body).as(said).contains("\"code\":");
        }
    }

    private static SortedMap<Integer, Integer> sum(SortedMap<String, SortedMap<Integer, Integer>> answered) {
        SortedMap<Integer, Integer> sum = new TreeMap<>();
        answered.values()
                .forEach(statuses -> statuses.forEach((status, count) -> sum.merge(status, count, Integer::sum)));
        return sum;
    }

    private static String report(SortedMap<String, SortedMap<Integer, Integer>> answered) {
        StringBuilder report = new StringBuilder("%d operations, %,d requests each, seed %d: answers by status %s\n"
                .formatted(answered.size(), REQUESTS, SEED, sum(answered)));
        answered.forEach((operation, statuses) ->
                report.append(operation).append(' ').append(statuses).append('\n'));
        return report.toString();
    }
}
