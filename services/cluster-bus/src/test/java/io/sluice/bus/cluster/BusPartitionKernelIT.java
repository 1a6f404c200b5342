// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link BusPartitionScenario} in a network namespace of its own; needs no root, only user namespaces, {@code ip} and
 * {@code nft}.
 */
class BusPartitionKernelIT {

    private static final long SECONDS_MAX = 240;

    @TempDir
    private Path directory;

    @Test
    void everyMemberAnswersEveryOtherAfterAPartition() throws Exception {
        KernelCapability.require(
                KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2, KernelCapability.NFTABLES);
        Path output = directory.resolve("scenario.log");
        Process process = new ProcessBuilder(
                        "unshare",
                        "-Urnm",
                        "sh",
                        "-c",
                        "mount -t tmpfs none /run && ip link set lo up && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        BusPartitionScenario.class.getName())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(said).contains("whole", "parted", "healed");
        said.lines().filter(line -> line.startsWith("#")).forEach(System.out::println);
    }
}
