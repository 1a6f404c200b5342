// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that knows two nodes: flows go on by the other one when the one in use is killed or hangs. */
class AgentFailoverKernelIT {

    /** What is promised is 1 s; a machine that runs other tests beside this one may take longer to do anything at all. */
    private static final int GAP_MS_MAX = 3_000;

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws Exception {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2, KernelCapability.TUN);
        observed = Scenario.run(AgentFailoverScenario.class, directory);
        System.out.println("agent fail-over: " + observed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"killed", "hung"})
    void everyFlowGoesOnByTheOtherNode(String event) {
        assertThat(Integer.parseInt(observed.get(event + ".gap-ms")))
                .as("%s", observed)
                .isBetween(200, GAP_MS_MAX);
        assertThat(observed).containsEntry(event + ".silent-flows", "0").containsEntry(event + ".tcp", "alive");
    }

    /** Nothing is lost where both nodes are there: packets under way by the one are taken while the other is used. */
    @Test
    void theReturnToTheFirstNodeInterruptsNothing() {
        assertThat(Integer.parseInt(observed.get("returned.gap-ms")))
                .as("%s", observed)
                .isLessThan(1_000);
        assertThat(observed).containsEntry("returned.silent-flows", "0").containsEntry("returned.tcp", "alive");
    }

    /** A node that is told to stop lets agents go first, and carries their packets until they have gone. */
    @Test
    void aNodeThatIsStoppedInterruptsNothing() {
        // one of each flow may be under way; a node that does not say goodbye loses more than half a second's
        assertThat(Integer.parseInt(observed.get("stopped.unanswered")))
                .as("%s", observed)
                .isLessThanOrEqualTo(2 * EchoTraffic.FLOWS);
        assertThat(Integer.parseInt(observed.get("killed.unanswered")))
                .as("%s", observed)
                .isGreaterThan(5 * EchoTraffic.FLOWS);
        assertThat(observed).containsEntry("stopped.silent-flows", "0").containsEntry("stopped.tcp", "alive");
    }

    @Test
    void theAgentDoesNotFlap() {
        assertThat(observed)
                .containsEntry("killed.changes", "1")
                .containsEntry("changes.silent", "3")
                .containsEntry("changes.returned", "2");
    }

    @Test
    void f4EveryFlowKeepsItsApplianceAndItsCookie() {
        assertThat(observed)
                .containsEntry("flows", "" + (EchoTraffic.FLOWS + 1))
                .containsEntry("moved", "0");
    }

    @Test
    void whatTheFormerNodeStillDeliversIsTakenAndItsLateEchoesAreNot() {
        assertThat(observed.get("agent"))
                .contains("keep_alive_late")
                .doesNotContain("sender_unknown")
                .doesNotContain("dropped_geneve_control");
    }

    @Test
    void keepAlivesAreAnsweredAndCounted() {
        assertThat(Integer.parseInt(observed.get("keep-alives"))).isGreaterThan(20);
        assertThat(observed).containsEntry("second.imbalance", "0");
    }
}
