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
 * Each role a process, each stopped in turn: known flows go on where they are, new ones are opened all the same, and once it
 * is back everything is as if it had been there (architecture, sections 1 and 5). Takes some six minutes, so it runs when it
 * is asked for: {@code ./sluice roles}.
 */
class RolesApartRun {

    private static final int SECONDS = Integer.getInteger("sluice.roles.seconds", 30);
    private static final int FLOWS = Integer.getInteger("sluice.roles.flows", 1_000);
    private static final int PACKETS_PER_SECOND = Integer.getInteger("sluice.roles.packets", 2 * FLOWS);
    private static final int BEGIN_SECONDS_MAX = 300;
    private static final int AGAIN_SECONDS_MAX = 200;

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.runLong(
                BEGIN_SECONDS_MAX + (SECONDS + AGAIN_SECONDS_MAX) * RolesApartScenario.STOPPED.size(),
                RolesApartScenario.class,
                directory,
                Integer.toString(FLOWS),
                Integer.toString(PACKETS_PER_SECOND),
                Integer.toString(SECONDS));
        observed.forEach((name, value) -> System.out.println(name + "=" + value));
    }

    private static long number(String name) {
        return Long.parseLong(observed.getOrDefault(name, "-1"));
    }

    static List<String> stopped() {
        return RolesApartScenario.STOPPED.stream()
                .map(RolesApartScenario.Part::label)
                .toList();
    }

    static List<String> carryNoPackets() {
        return stopped().subList(0, 4);
    }

    @ParameterizedTest
    @MethodSource("stopped")
    void knownFlowsStayWhereTheyAreWhileItIsAwayAndAfterwards(String part) {
        assertThat(number(part + ".without.away")).as(observed.toString()).isZero();
        assertThat(number(part + ".away")).as(observed.toString()).isZero();
        assertThat(number(part + ".moved-so-far")).as(observed.toString()).isZero();
    }

    @ParameterizedTest
    @MethodSource("carryNoPackets")
    void noPacketIsLostWhereOneIsAwayThatCarriesNone(String part) {
        assertThat(number(part + ".lost")).as(observed.toString()).isZero();
    }

    /** Whoever decides, or picks, is away: the ingress decides by itself, and its decision becomes the record. */
    @ParameterizedTest
    @MethodSource("decides")
    void newFlowsAreDecidedLocallyMeanwhile(String part) {
        assertThat(number(part + ".provisional")).as(observed.toString()).isPositive();
    }

    static List<String> decides() {
        return List.of(RolesApartScenario.Part.TARGET_SELECTION.label(), RolesApartScenario.Part.FLOW_HASHING.label());
    }

    @Test
    void w14AllThreeOptionsAreOnEveryPacket() {
        assertThat(number("malformed")).isZero();
        assertThat(number("begin.put")).isEqualTo(200);
    }
}
