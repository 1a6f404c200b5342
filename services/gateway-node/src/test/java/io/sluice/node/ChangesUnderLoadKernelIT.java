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
 * 10,000 live flows under load through a real node while its configuration changes 100 times and its targets turn
 * unhealthy and recover. The one exception is promise P1's: a flow that the node decided alone, because its loop stood still
 * for longer than the authority's deadline, follows its record later; on a machine that keeps up there is none. The changes are
 * drawn by a seed: {@code -Dsluice.changes.seed=N} runs those of another.
 */
class ChangesUnderLoadKernelIT {

    private static final long SEED = Long.getLong("sluice.changes.seed", 20_261_125L);

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(ChangesUnderLoadScenario.class, directory, "" + SEED);
        System.out.println(observed);
    }

    private static long number(String name) {
        return Long.parseLong(observed.getOrDefault(name, "-1"));
    }

    @Test
    void t7WithoutRebalanceNoFlowChangesItsTargetOrItsCookie() {
        assertThat(observed).containsEntry("refused", "[]");
        assertThat(number("keeps.missing")).isZero();
        assertThat(number("keeps.moved")).as("seed %s", SEED).isLessThanOrEqualTo(number("moves.provisional"));
        assertThat(number("keeps.renamed")).as("seed %s", SEED).isLessThanOrEqualTo(number("set-up.provisional"));
    }

    @Test
    void t5FlowsLeaveTargetsOnlyThatWereUnhealthyOrGone() {
        assertThat(number("rebalances.missing")).isZero();
        assertThat(number("rebalances.unjustified"))
                .as("seed %s, %s", SEED, observed.get("rebalances.unjustified-moves"))
                .isLessThanOrEqualTo(number("moves.provisional"));
        assertThat(number("rebalances.renamed")).as("seed %s", SEED).isLessThanOrEqualTo(number("set-up.provisional"));
        assertThat(number("rebalances.moved")).as("and some do").isPositive();
    }

    @Test
    void t6NoFlowIsLeftAtATargetThatIsGone() {
        assertThat(number("rebalances.stranded")).as("seed %s", SEED).isZero();
    }

    @Test
    void t9EveryMoveTakesANewCookie() {
        assertThat(number("rebalances.old-cookie")).as("seed %s", SEED).isZero();
    }

    /** What returned after its flow had moved, or after the last flow had left its sender (W-10), is all that is lost. */
    @Test
    void w17OnlyLateReturnsUnderTheOldCookieAreLost() {
        assertThat(number("dropped")).as(observed.get("drop-reasons")).isEqualTo(number("dropped.late"));
        assertThat(number("lost")).isBetween(number("dropped.late"), number("dropped.late") + number("kernel-drops"));
        assertThat(number("unexpected")).isZero();
    }

    @Test
    void everyPacketIsAccountedFor() {
        assertThat(number("imbalance")).as(observed.get("packets")).isZero();
        assertThat(number("flows")).isEqualTo(ChangesUnderLoadScenario.FLOWS);
        assertThat(number("malformed")).isZero();
    }
}
