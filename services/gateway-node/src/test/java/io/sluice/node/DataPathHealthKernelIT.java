// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Appliances whose health port answers and whose data path does not do what it should, behind a real node: found by
 * traffic and by probes. Times are printed and not judged; {@code docs/probes.md} says what they are on a quiet machine.
 */
class DataPathHealthKernelIT {

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(DataPathHealthScenario.class, directory);
        observed.forEach((name, value) -> {
            if (name.endsWith("-ms")) {
                System.out.println(name + "=" + value);
            }
        });
    }

    /** At 1,000 packets a second; how fast is printed. */
    @Test
    void anApplianceThatReceivesAndNeverReturnsIsUnhealthy() {
        assertThat(observed)
                .containsEntry("silent.before", "healthy")
                .containsKey("silent.flagged-after-ms")
                .containsEntry("silent.description", "The target receives packets and has stopped returning any");
    }

    @Test
    void onlyAPassedProbeEndsSilence() {
        assertThat(observed)
                .containsEntry("silent.still", "[unhealthy]")
                .containsEntry("silent.returns-flows-only", "[unhealthy]")
                .containsEntry("silent.recovered", "healthy");
    }

    @Test
    void aTwoArmApplianceIsNotTakenForSilent() {
        assertThat(observed).containsEntry("two-arm.states", "[healthy]");
    }

    @Test
    void anApplianceThatDeniesHalfOfTheFlowsIsNotTakenForSilent() {
        assertThat(observed).containsEntry("denies.states", "[healthy]");
    }

    @Test
    void aProbeThatDoesNotComeBackMakesATargetUnhealthy() {
        assertThat(observed)
                .containsEntry("probed.right", "[healthy]")
                .containsEntry("probed.broken", "GENEVE probes through the target do not come back")
                .containsKey("probed.mended-after-ms");
    }

    @Test
    void aNegativeProbeThatComesBackMakesATargetUnhealthy() {
        assertThat(observed)
                .containsEntry("probed.leaking", "GENEVE probes that the target must drop come back")
                .containsKey("probed.closed-after-ms");
    }

    @Test
    void everyPacketIsAccountedFor() {
        assertThat(observed).as(observed.get("packets")).containsEntry("imbalance", "0");
    }
}
