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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Forged returns at a real node, {@value ForgedReturnsScenario#ATTEMPTS} outside of a recovery window and as many inside: none
 * is taken. Each MAC that is tried fits with a probability of 2^-24, and no more are tried than the target's budget allows, so
 * that this test fails by chance once in 100,000 runs.
 */
class ForgedReturnsKernelIT {

    /** MACs of a node's budget for a target, at once. */
    private static final double BUDGET = 100;

    private static final double MAC_VALUES = 1 << 24;

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(ForgedReturnsScenario.class, directory);
    }

    private static double number(String name) {
        return Double.parseDouble(observed.get(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"outside", "inside"})
    void w19NoForgedReturnIsTaken(String when) {
        System.out.printf(
                "forged returns %s of a recovery window: attempts %s, MACs tried %s (budget %.0f/s), acceptances %s"
                        + " (expected %.1e)%n",
                when,
                observed.get(when + ".attempts"),
                observed.get(when + ".macs"),
                BUDGET,
                observed.get(when + ".acceptances"),
                number(when + ".macs") / MAC_VALUES);
        assertThat(observed)
                .containsEntry(when + ".attempts", Integer.toString(ForgedReturnsScenario.ATTEMPTS))
                .containsEntry(when + ".dropped", ForgedReturnsScenario.ATTEMPTS + ".0")
                .containsEntry(when + ".acceptances", "0")
                .containsEntry(when + ".learnt", "0.0");
    }

    @Test
    void w23OutsideAWindowNoCookieMakesAFlow() {
        assertThat(observed)
                .containsEntry("outside.windows", "0.0")
                .containsEntry("outside.known", "1")
                .containsEntry("outside.genuine", "0")
                .containsEntry("outside.genuine.drops", "1.0")
                .containsEntry("outside.macs", "0.0");
    }

    /** Killed and started again: the appliance's return is the first packet of the flow that the node sees. */
    @Test
    void w19InsideAWindowAGenuineReturnIsTakenAndItsFlowLearntAgain() {
        assertThat(observed)
                .containsEntry("inside.windows", "1.0")
                .containsEntry("inside.genuine", "1")
                .containsEntry("inside.relearned", "1.0")
                .containsEntry("inside.same-appliance", "true");
    }

    /** How many are tried beyond the budget is a matter of how long the forger takes for the rest. */
    @Test
    void theForgersBudgetIsSpentAndOnlyItsKnownFlowsPassThen() {
        assertThat(number("inside.failed-macs")).isBetween(BUDGET / 2, BUDGET * 20);
        assertThat(observed)
                .containsEntry("inside.while-off", "0")
                .containsEntry("inside.known-while-off", "1")
                .containsEntry("inside.neighbour", "1");
    }

    @Test
    void theAlarmIsRaisedAndSaidOnce() {
        assertThat(observed).containsEntry("inside.alarms", "1.0").containsEntry("inside.said", "1");
    }

    @Test
    void everyPacketIsAccountedFor() {
        assertThat(observed).containsEntry("imbalance", "0");
    }
}
