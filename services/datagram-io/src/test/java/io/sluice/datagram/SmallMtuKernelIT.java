// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link SmallMtuScenario} in a network namespace of its own; needs no root, only user namespaces and {@code ip}. */
class SmallMtuKernelIT {

    private static final long SECONDS_MAX = 90;

    @TempDir
    private Path directory;

    @Test
    void q5RefusesWhatTheKernelWouldHaveToFragment() throws Exception {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        Path output = directory.resolve("scenario.log");
        Process process = new ProcessBuilder(
                        "unshare",
                        "-Urnm",
                        "sh",
                        "-c",
                        "ip link set lo mtu " + SmallMtuScenario.MTU + " up && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallMtuScenario.class.getName())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        List<String> working = Arrays.stream(DatagramTransport.values())
                .filter(transport -> TransportProbe.of(transport).available())
                .map(transport -> "held " + transport.text())
                .toList();
        assertThat(said.lines().filter(line -> line.startsWith("held ")))
                .as(said)
                .containsExactlyElementsOf(working);
    }
}
