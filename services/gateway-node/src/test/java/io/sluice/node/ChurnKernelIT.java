// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lab.churn.ChurnMain;
import io.sluice.lab.net.Sandbox;
import io.sluice.testkit.KernelCapability;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./sluice churn} in short: 500 live flows through a real node and eight reference appliances while 100 changes a
 * minute are drawn over the whole admin port. What a machine that does much else does to the time of requests is no matter
 * here: that is for the long form. {@code -Dsluice.churn.seed=N} draws others.
 */
class ChurnKernelIT {
    private static final long SEED = Long.getLong("sluice.churn.seed", 20_261_126L);
    private static final int SECONDS_MAX = 180;

    @Test
    void flowsMoveOnlyByPolicyWhileEverythingIsChanged(@TempDir Path directory)
            throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        Path out = directory.resolve("report.json");
        Path err = directory.resolve("progress.txt");
        List<String> command = new ArrayList<>(Sandbox.javaCommand(
                ChurnMain.class, List.of("--seed", "" + SEED, "--seconds", "20", "--flows", "500", "--json")));
        command.add(command.indexOf("-cp"), "-Djava.io.tmpdir=" + directory);
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        process.destroy();
        String progress = Files.readString(err, StandardCharsets.UTF_8);
        assertThat(ended).as(progress).isTrue();

        JsonObject report = new JsonObject(Files.readString(out));
        List<String> failed = new ArrayList<>();
        report.getJsonArray("checks").stream()
                .map(JsonObject.class::cast)
                .filter(check -> !check.getBoolean("ok"))
                .map(check -> check.getString("name"))
                .filter(name -> !name.startsWith("admin-p99"))
                .forEach(failed::add);
        assertThat(failed).as(progress).isEmpty();
        assertThat(report.getInteger("changes")).isEqualTo(33);
        assertThat(report.getInteger("flowsJudged")).isGreaterThan(500);
    }
}
