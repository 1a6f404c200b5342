// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A topology on a real kernel, inside a sandbox of its own; skipped with a reason where there can be none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TopologyKernelIT {
    private final Map<String, String> observed = new TreeMap<>();

    @BeforeAll
    void runsTheScenarioInASandbox(@TempDir Path directory) {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.TUN, KernelCapability.IPROUTE2);
        String output =
                new CommandRunner().run(Sandbox.javaCommand(TopologyScenario.class, List.of(directory.toString())));
        output.lines()
                .filter(line -> line.contains("="))
                .forEach(line -> observed.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    }

    @Test
    void forwardsEchoOfBothVersionsThroughTheSpoke() {
        assertThat(observed.get("ping4")).isEqualTo("true 3 replies, 0 repeats");
        assertThat(observed.get("ping6")).isEqualTo("true 3 replies, 0 repeats");
    }

    @Test
    void reportsAnEchoThatNobodyAnswers() {
        assertThat(observed.get("nobody")).isEqualTo("false no reply to echo request 1");
    }

    @Test
    void downloadsWithTheRightChecksumOverBothVersions() {
        assertThat(observed.get("tcp4")).startsWith("true 300001 bytes");
        assertThat(observed.get("tcp6")).startsWith("true 300001 bytes");
    }

    @Test
    void echoesDatagramsOverBothVersions() {
        assertThat(observed.get("udp4")).startsWith("true 3 echoes");
        assertThat(observed.get("udp6")).startsWith("true 3 echoes");
    }

    @Test
    void tapSeesEveryFrameOfBothDirectionsOnceAndAsOnTheWire() {
        assertThat(observed.get("echo-requests")).startsWith("3");
        assertThat(observed.get("echo-requests")).isEqualTo("3 echo-replies=3");
        assertThat(observed.get("captured-all")).isEqualTo("true");
        assertThat(observed.get("dropped")).isEqualTo("0");
        assertThat(Integer.parseInt(observed.get("longest"))).isEqualTo(1514);
    }

    @Test
    void failedCommandNamesItselfAndWhatItSaid() {
        assertThat(observed.get("failure"))
                .contains("ip -n app link set nosuch up")
                .contains("Cannot find device");
    }

    @Test
    void leavesNoNamespaceBehind() {
        assertThat(observed.get("left")).isEqualTo("0");
    }
}
