// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An appliance that registers itself, as a process of its own that is ended by a signal; and draining. */
class TargetLeaseTest {

    private static final String TARGET = "/v1/target-groups/firewalls/targets/127.0.0.1";
    private static final String RENEWAL = "PUT " + TARGET + "?lease=5s";
    private static final String REGISTERED =
            "{\"id\":\"127.0.0.1\",\"target-group\":\"firewalls\",\"state\":\"initial\"}";

    @TempDir
    private Path directory;

    private FakeGateway gateway;
    private Process process;

    @BeforeEach
    void serve() throws IOException {
        gateway = new FakeGateway().answer("PUT " + TARGET, 201, REGISTERED).answer("DELETE " + TARGET, 204, "");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
        gateway.close();
    }

    private void start(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main",
                "target",
                "register",
                "--self",
                "--group",
                "firewalls",
                "--lease",
                "5s",
                "--url",
                gateway.url()));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    private String said() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private long renewals() {
        return gateway.lines().stream().filter(RENEWAL::equals).count();
    }

    @Test
    void renewsItsLeaseUntilItIsToldToEndAndThenDeregisters() throws Exception {
        start("--zone", "az1");
        await().atMost(Duration.ofSeconds(30)).until(() -> renewals() >= 3);
        process.destroy(); // SIGTERM
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();

        assertThat(gateway.lines()).endsWith("DELETE " + TARGET);
        assertThat(gateway.lines().stream().distinct()).containsExactly(RENEWAL, "DELETE " + TARGET);
        assertThat(gateway.requests().getFirst().body()).isEqualTo("{\"id\":\"127.0.0.1\",\"zone\":\"az1\"}");
        assertThat(gateway.requests().get(1).body())
                .as("what an operator has changed stays")
                .isEmpty();
        assertThat(gateway.requests().get(1).headers()).containsEntry("If-match", "*");
        assertThat(said()).contains("registered v1").contains("deregistered v1");
        assertThat(Files.readString(directory.resolve("out"))).contains("firewalls\t127.0.0.1");
        assertThat(process.exitValue()).as("ended by SIGTERM").isEqualTo(143);
        assertThat(gateway.violations()).isEmpty();
    }

    @Test
    void waitsForAGatewayThatStartsBeforeItsFirstRegistration() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        gateway.answer(
                "PUT " + TARGET,
                request -> asked.getAndIncrement() < 2
                        ? new FakeGateway.Reply(503, "{\"code\":\"starting\",\"detail\":\"the node is starting\"}")
                        : new FakeGateway.Reply(201, REGISTERED));
        start("--zone", "az1");
        await().atMost(Duration.ofSeconds(30)).until(() -> said().contains("registered v1"));

        assertThat(said()).contains("not registered, trying again: HTTP 503");
        assertThat(gateway.requests().subList(0, 3))
                .as("each says all of the target")
                .allSatisfy(request -> {
                    assertThat(request.body()).isEqualTo("{\"id\":\"127.0.0.1\",\"zone\":\"az1\"}");
                    assertThat(request.headers()).doesNotContainKey("If-match");
                });
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.lines()).endsWith("DELETE " + TARGET);
    }

    @Test
    void goesOnThroughAnOutageAndEndsWithARefusal() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        gateway.answer("PUT " + TARGET, request -> switch (asked.getAndIncrement()) {
            case 0 -> new FakeGateway.Reply(201, REGISTERED);
            case 1, 2 -> new FakeGateway.Reply(503, "{\"code\":\"busy\",\"detail\":\"later\"}");
            case 3 -> new FakeGateway.Reply(200, REGISTERED);
            // the group is not there for a moment, or a gateway that starts is asked by something before it
            case 4 -> new FakeGateway.Reply(404, "{\"code\":\"not-found\",\"detail\":\"there is no group\"}");
            default -> new FakeGateway.Reply(403, "{\"code\":\"forbidden\",\"detail\":\"another group's token\"}");
        });
        start();
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(4);
        assertThat(said())
                .containsSubsequence(
                        "registered v1",
                        "not renewed, trying again: HTTP 503",
                        "renewed",
                        "not renewed, trying again: HTTP 404",
                        "403 forbidden",
                        "another group's");
        assertThat(said().lines().filter(line -> line.contains("not renewed")))
                .as("each said once")
                .hasSize(2);
    }

    @Test
    void registersAgainWhatIsNotRegisteredAnyMore() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        gateway.answer("PUT " + TARGET, request -> switch (asked.getAndIncrement()) {
            case 0 -> new FakeGateway.Reply(201, REGISTERED);
            case 1 -> new FakeGateway.Reply(412, "{\"code\":\"stale-revision\",\"detail\":\"there is no target\"}");
            case 2 -> new FakeGateway.Reply(201, REGISTERED);
            default -> new FakeGateway.Reply(403, "{\"code\":\"forbidden\",\"detail\":\"enough\"}");
        });
        start("--weight", "7");
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(said()).contains("not registered any more, registering again");
        assertThat(gateway.requests().stream().map(FakeGateway.Request::body))
                .containsExactly("{\"id\":\"127.0.0.1\",\"weight\":7}", "", "{\"id\":\"127.0.0.1\",\"weight\":7}", "");
    }

    @Test
    void saysThatWhoRenewsALeaseRegistersADrainedTargetAgain() {
        gateway.answer("GET " + TARGET, 200, "{\"state\":\"draining\",\"lease\":{\"duration\":\"30s\"}}");
        gateway.answer("GET /v1/flows", 200, flows(0));
        Cli.Result result = Cli.piped().run(gateway, "drain", "firewalls/127.0.0.1", "--yes");
        assertThat(result.code()).isZero();
        assertThat(result.err()).contains("has a lease of 30s: who renews it will register the target again");
    }

    @Test
    void drainsAndCountsTheFlowsLeft() {
        AtomicInteger asked = new AtomicInteger();
        gateway.answer("GET " + TARGET, 200, "{\"state\":\"draining\"}");
        gateway.answer("GET /v1/flows", request -> new FakeGateway.Reply(200, flows(2 - asked.getAndIncrement())));
        Cli.Result result = Cli.piped().run(gateway, "drain", "firewalls/127.0.0.1", "--yes");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err().lines())
                .containsExactly(
                        "firewalls/127.0.0.1: draining, 2 flows left",
                        "firewalls/127.0.0.1: draining, 1 flow left",
                        "firewalls/127.0.0.1: draining, 0 flows left");
        assertThat(result.out()).contains("firewalls\t127.0.0.1\tdraining\t0");
        assertThat(gateway.lines()).startsWith("GET " + TARGET, "DELETE " + TARGET);
        assertThat(gateway.violations()).isEmpty();
    }

    @Test
    void drainingEndsWithTheDelayOrWithPatience() {
        gateway.answer("GET /v1/flows", 200, flows(1));
        gateway.answer("GET " + TARGET, 200, "{\"state\":\"draining\"}");
        Cli.Result late = Cli.piped().run(gateway, "target", "drain", "firewalls/127.0.0.1", "-y", "--timeout", "1");
        assertThat(late.code()).isEqualTo(5);
        assertThat(late.err()).contains("has 1 flow left after 1 s and goes on draining");
        AtomicInteger asked = new AtomicInteger();
        gateway.answer(
                "GET " + TARGET,
                request -> asked.getAndIncrement() == 0
                        ? new FakeGateway.Reply(200, "{\"state\":\"draining\"}")
                        : new FakeGateway.Reply(404, "{\"code\":\"not-found\",\"detail\":\"there is no target\"}"));
        Cli.Result gone = Cli.piped().run(gateway, "target", "drain", "firewalls/127.0.0.1", "-y");
        assertThat(gone.code()).as(gone.err()).isZero();
        assertThat(gone.out()).contains("firewalls\t127.0.0.1\tunused\t1");
        assertThat(Cli.piped().run(gateway, "drain", "firewalls/127.0.0.1").err())
                .contains("expected --yes");
    }

    @Test
    void drainingEndsWhenTheGatewayHasForgottenTheTarget() {
        AtomicInteger asked = new AtomicInteger();
        gateway.answer("GET /v1/flows", 200, flows(1));
        gateway.answer(
                "GET " + TARGET,
                request -> asked.getAndIncrement() < 2
                        ? new FakeGateway.Reply(200, "{\"state\":\"draining\"}")
                        : new FakeGateway.Reply(404, "{\"code\":\"not-found\",\"detail\":\"there is no target\"}"));
        Cli.Result drained = Cli.piped().run(gateway, "drain", "firewalls/127.0.0.1", "--yes");
        assertThat(drained.code()).as(drained.err()).isZero();
        assertThat(drained.out()).contains("firewalls\t127.0.0.1\tunused\t1");
        Cli.Result again = Cli.piped().run(gateway, "drain", "firewalls/127.0.0.1", "--yes");
        assertThat(again.code()).isEqualTo(3);
        assertThat(gateway.lines())
                .filteredOn(line -> line.startsWith("DELETE"))
                .hasSize(1);
    }

    @Test
    void countsMoreFlowsThanAListHolds() {
        gateway.answer("GET " + TARGET, 200, "{\"state\":\"draining\"}");
        gateway.answer("GET /v1/flows", 200, flows(20_000));
        Cli.Result many = Cli.piped().run(gateway, "drain", "firewalls/127.0.0.1", "-y", "--timeout", "1");
        assertThat(many.code()).isEqualTo(5);
        assertThat(many.err()).contains("draining, 20000 flows left").doesNotContain("at least");
        assertThat(gateway.requests())
                .extracting(FakeGateway.Request::target)
                .contains("/v1/flows?limit=1&target-group=firewalls&target=127.0.0.1");
    }

    @Test
    void aNodeThatDoesNotAnswerIsNoProofThatNoFlowIsLeft() {
        gateway.answer("GET " + TARGET, 200, "{\"state\":\"draining\"}");
        gateway.answer("GET /v1/flows", 200, "{\"flows\":[],\"total\":0,\"nodes\":[],\"missing\":[\"gw-2\"]}");
        assertThat(Cli.piped()
                        .run(gateway, "drain", "firewalls/127.0.0.1", "-y", "--timeout", "1")
                        .code())
                .isEqualTo(5);
    }

    /** The gateway lists one and counts all. */
    private static String flows(int ofTarget) {
        return "{\"flows\":[],\"total\":" + Math.max(0, ofTarget) + ",\"nodes\":[],\"missing\":[]}";
    }
}
