// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A device of several queues on a real kernel: {@link QueuesScenario} in namespaces of its own.
 *
 * <p>Needs what {@link TunKernelIT} needs; skipped with a reason without it, failed where
 * {@code SLUICE_REQUIRE_KERNEL=true}.
 */
class QueuesKernelIT {

    @TempDir
    private Path directory;

    @Test
    void flowsKeepOneOfSeveralQueuesWithTheirAnswers() throws Exception {
        KernelScenario.require(
                new ProcessBuilder(KernelScenario.with(
                        KernelScenario.NAMESPACES, "sh", "-c", "exec 3<>/dev/net/tun && echo open")),
                "open",
                "user namespaces are missing, or /dev/net/tun is missing or not for this user");
        KernelScenario.require(new ProcessBuilder("ethtool", "--version"), "ethtool", "ethtool is missing");
        assertThat(KernelScenario.held(
                        KernelScenario.NAMESPACES,
                        System.getProperty("java.class.path"),
                        directory,
                        QueuesScenario.class))
                .containsExactlyElementsOf(QueuesScenario.CHECKS);
    }
}
