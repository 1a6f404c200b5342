// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cutting and putting together against the kernel's own: {@link SegmentationScenario} in namespaces of its own.
 *
 * <p>Needs what {@link TunKernelIT} needs; skipped with a reason without it, failed where
 * {@code SLUICE_REQUIRE_KERNEL=true}.
 */
class SegmentationKernelIT {

    @TempDir
    private Path directory;

    @Test
    void packetsAreCutAndPutTogetherAsTheKernelDoesIt() throws Exception {
        KernelScenario.require(
                new ProcessBuilder(KernelScenario.with(
                        KernelScenario.NAMESPACES, "sh", "-c", "exec 3<>/dev/net/tun && echo open")),
                "open",
                "user namespaces are missing, or /dev/net/tun is missing or not for this user");
        assertThat(KernelScenario.held(
                        KernelScenario.NAMESPACES,
                        System.getProperty("java.class.path"),
                        directory,
                        SegmentationScenario.class))
                .containsExactlyElementsOf(SegmentationScenario.CHECKS);
    }
}
