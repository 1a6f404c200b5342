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
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Two accounts whose hosts have equal addresses and ports, at once through one real node. */
class OverlappingSpokesKernelIT {

    private static final int FLOWS = OverlappingSpokesScenario.FLOWS;

    /** Set by the one who runs the scenario, also in a class that runs it with more shards. */
    static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory, TestInfo test) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(test, OverlappingSpokesScenario.class, directory);
    }

    /** Each spoke gets the replies to what it sent, four a flow, and nothing of the other's. */
    @Test
    void f5EqualTuplesOfTwoEndpointsAreTwoFlows() {
        assertThat(observed)
                .containsEntry("flows", "" + 2 * FLOWS)
                .containsEntry("whole", "" + FLOWS)
                .containsEntry("lost", "0")
                .containsEntry("unexpected", "0")
                .containsEntry("received", 4 * FLOWS + " " + 4 * FLOWS)
                .containsEntry("drops", "0.0");
    }

    /** What one does to its flows does nothing to the other's. */
    @Test
    void f5AFlowThatIsRenewedLeavesItsTwinAlone() {
        assertThat(observed)
                .containsEntry("renewed", "" + FLOWS)
                .containsEntry("undisturbed", "0")
                .containsEntry("lost-later", "0");
    }

    /** Each is picked for itself: three of four have another appliance than their twin, in expectation. */
    @Test
    void f9TheEndpointIsPartOfWhatIsHashed() {
        assertThat(Integer.parseInt(observed.get("other-appliance"))).isBetween(FLOWS / 2, FLOWS);
    }

    /** By option 1 appliances tell them apart. */
    @Test
    void w13OptionOneSeparatesOverlappingAddresses() {
        assertThat(observed).containsEntry("whole", "" + FLOWS).containsEntry("malformed", "0");
    }

    @Test
    void w16EachOfTwoEqualTuplesHasACookieOfItsOwn() {
        assertThat(observed).containsEntry("equal-cookies", "0");
    }
}
