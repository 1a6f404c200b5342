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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three nodes in two zones over real packets: flows stay where they are while a node dies and comes back. A flow that a
 * node decides alone for a moment, as nobody who knows it can be asked, comes back to its appliance (architecture, section 5:
 * the one exception of P1, counted by the nodes).
 */
class ClusterKernelIT {

    /** What happens, in place of what is written here: names of {@link ClusterScenario}, a comma between. */
    private static final String EVENTS_PROPERTY = "sluice.cluster.events";

    private static final int FLOWS = Integer.getInteger("sluice.cluster.flows", 300);
    private static final int PACKETS_PER_SECOND = Integer.getInteger("sluice.cluster.packets", 2 * FLOWS);
    private static final int BEGIN_SECONDS_MAX = 200;
    private static final int EVENT_SECONDS_MAX = Integer.getInteger("sluice.cluster.event-seconds", 150);
    private static final List<String> EVENTS = List.of(System.getProperty(
                    EVENTS_PROPERTY, "kill-entry,power-cut,nemesis-1,nemesis-2,nemesis-3,nemesis-4,nemesis-5")
            .split(","));

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        String[] arguments = new String[2 + EVENTS.size()];
        arguments[0] = Integer.toString(FLOWS);
        arguments[1] = Integer.toString(PACKETS_PER_SECOND);
        for (int event = 0; event < EVENTS.size(); event++) {
            arguments[2 + event] = EVENTS.get(event);
        }
        observed = Scenario.runLong(
                BEGIN_SECONDS_MAX + EVENT_SECONDS_MAX * EVENTS.size(), ClusterScenario.class, directory, arguments);
        if (System.getProperty(EVENTS_PROPERTY) != null) {
            observed.forEach((name, value) -> System.out.println(name + "=" + value));
        }
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

    static List<String> events() {
        return EVENTS;
    }

    /**
     * P1: a node is killed and comes back. P3: all are killed at once. And faults by chance: the first and its like are of a
     * node that hangs, is taken for dead, goes on alone for a moment, and joins again; 3 of one that is cut off (P4); 5 of one
     * that is stopped. A fifth appliance would have been picked for a fifth of the flows.
     */
    @ParameterizedTest
    @MethodSource("events")
    void p1p3p4FlowsAreWhereTheyWereAfter(String event) {
        assertThat(number(event + ".away")).as(observed.toString()).isZero();
        assertThat(number(event + ".records")).isEqualTo(FLOWS);
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
