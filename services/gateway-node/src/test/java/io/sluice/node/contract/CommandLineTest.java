// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own against the admin port as it is: no answer here is of the test's making. */
class CommandLineTest {

    private static final String SPARE = "/v1/target-groups/spare";

    @TempDir
    private Path directory;

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

    private record Result(int code, String out, String err) {}

    private Result sluice(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--url", "http://" + api.address));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(LiveApi.LIMIT_S, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void waitingForADrainedTargetEndsWhenItIsGone() throws Exception {
        client.expect(200, "PUT", SPARE, "{\"deregistration-delay\":\"0s\"}");
        client.expect(201, "POST", SPARE + "/targets", "{\"id\":\"10.1.0.40\",\"zone\":\"az1\"}");
        Result deregistered = sluice("target", "deregister", "spare/10.1.0.40", "--yes", "--wait", "--timeout", "5");
        assertThat(deregistered.code()).as(deregistered.err()).isZero();

        client.expect(201, "POST", SPARE + "/targets", "{\"id\":\"10.1.0.40\",\"zone\":\"az1\"}");
        Result drained = sluice("drain", "spare/10.1.0.40", "-y", "--timeout", "5");
        assertThat(drained.code()).as(drained.err()).isZero();
        assertThat(drained.out()).contains("unused");
    }
}
