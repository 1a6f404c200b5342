// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in two zones over real packets: flows stay where they are while a node dies and comes back. A flow that a
 * node decides alone for a moment, as nobody who knows it can be asked, comes back to its appliance (architecture, section 5:
 * the one exception of P1, counted by the nodes).
 */
class ClusterKernelIT {

    private static final int FLOWS = 300;
    private static final int SECONDS_MAX = 400;
    private static final List<String> EVENTS = List.of("kill-entry", "hang", "cut-off", "power-cut");

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        String[] arguments = new String[2 + EVENTS.size()];
        arguments[0] = Integer.toString(FLOWS);
        arguments[1] = Integer.toString(2 * FLOWS);
        for (int event = 0; event < EVENTS.size(); event++) {
            arguments[2 + event] = EVENTS.get(event);
        }
        observed = Scenario.runLong(SECONDS_MAX, ClusterScenario.class, directory, arguments);
    }

    private static long number(String name) {
        return Long.parseLong(observed.getOrDefault(name, "-1"));
    }

    /** Each of the three decides about its share. */
    @Test
    void everyFlowHasOneRecordAtOneOfTheNodes() {
        assertThat(number("begin.records")).isEqualTo(FLOWS);
        for (int node = 0; node < ClusterScenario.NODES; node++) {
            assertThat(number("begin.records." + node)).isBetween(FLOWS / 10L, FLOWS / 10L * 7);
        }
    }

    /** The two directions of most flows enter at two nodes, and an appliance sees both. */
    @Test
    void f4BothDirectionsOfEveryFlowGoToOneApplianceWhereverTheyEnter() {
        assertThat(number("begin.missing")).isZero();
        assertThat(number("begin.away")).isZero();
    }

    /** A fifth appliance would have been picked for a fifth of them. */
    private static void flowsAreWhereTheyWereAfter(String event) {
        assertThat(number(event + ".away")).as(observed.toString()).isZero();
        assertThat(number(event + ".records")).isGreaterThanOrEqualTo(FLOWS);
    }

    @Test
    void p1ANodeIsKilledAndComesBack() {
        flowsAreWhereTheyWereAfter("kill-entry");
    }

    /** It is taken for dead, goes on by itself for a moment, and joins again. */
    @Test
    void p1ANodeHangsAndGoesOn() {
        flowsAreWhereTheyWereAfter("hang");
    }

    @Test
    void p4ANodeIsCutOffFromTheOthersAndJoinsAgain() {
        flowsAreWhereTheyWereAfter("cut-off");
    }

    @Test
    void p3AllNodesAreKilledAtOnce() {
        flowsAreWhereTheyWereAfter("power-cut");
    }

    @Test
    void f33NoFlowMovesToAnApplianceThatIsRegisteredLater() {
        assertThat(number("begin.put")).isEqualTo(200);
        assertThat(number("end.at-the-fifth")).isZero();
    }

    @Test
    void w14AllThreeOptionsAreOnEveryPacket() {
        assertThat(number("malformed")).isZero();
    }
}
