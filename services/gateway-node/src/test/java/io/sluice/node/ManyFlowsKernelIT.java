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

/** A thousand flows at once, ten thousand random ones, and a fifth appliance: live packets through a real node. */
class ManyFlowsKernelIT {

    /** The 0.999 quantile of chi-square with three degrees of freedom: p > 0.001 is to be below. */
    private static final double CHI_SQUARE_MAX = 16.266;

    /** Set by the one who runs the scenario, also in a class that runs it with more shards. */
    static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory, TestInfo test) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(test, ManyFlowsScenario.class, directory);
    }

    private static long number(String name) {
        return Long.parseLong(observed.getOrDefault(name, "-1"));
    }

    /** They are established, all at once, and the node says so. */
    @Test
    void f1AThousandFlowsOfFiveTuplesAreOpenAtOnce() {
        assertThat(number("live.total")).isEqualTo(ManyFlowsScenario.FLOWS);
        assertThat(number("live.listed")).isEqualTo(ManyFlowsScenario.FLOWS);
        assertThat(number("live.both-ways")).isEqualTo(ManyFlowsScenario.FLOWS);
        assertThat(observed).containsEntry("live.states", "{established=334}");
    }

    /** 167 echoes of each version: one flow for each pair of hosts. */
    @Test
    void f2EchoesOfTwoHostsAreAFlowOfAThreeTuple() {
        assertThat(observed).containsEntry("live.protocols", "{1=167, 6=334, 17=333, 58=166}");
    }

    @Test
    void f4BothDirectionsOfEveryFlowGoToOneAppliance() {
        assertThat(number("first.missing")).isZero();
        assertThat(number("first.one-way")).isZero();
        assertThat(number("first.moved")).isZero();
        assertThat(number("first.lost")).isZero();
    }

    @Test
    void f6LaterPacketsUseTheEntryAndNotTheHashOfTheTargetsOfTheMoment() {
        assertThat(number("fifth.missing") + number("fifth-random.missing")).isZero();
        assertThat(number("fifth.moved") + number("fifth-random.moved")).isZero();
    }

    @Test
    void f9TenThousandRandomFlowsSpreadEvenly() {
        assertThat(number("spread.total")).isEqualTo(ManyFlowsScenario.RANDOM_FLOWS);
        assertThat(Double.parseDouble(observed.get("spread.chi-square")))
                .as("seed %s: %s", observed.get("spread.seed"), observed.get("spread.counts"))
                .isLessThan(CHI_SQUARE_MAX);
        assertThat(number("spread.smallest")).isGreaterThanOrEqualTo(2_250);
        assertThat(number("spread.largest")).isLessThanOrEqualTo(2_750);
    }

    @Test
    void f13PacketsOfBothDirectionsAreDeliveredAndNoneIsLost() {
        assertThat(number("lost")).isZero();
        assertThat(number("unexpected")).isZero();
        assertThat(number("drops")).as(observed.get("drop-reasons")).isZero();
        assertThat(number("imbalance")).isZero();
    }

    @Test
    void f33RegisteringATargetMovesNoFlow() {
        assertThat(number("fifth.put")).isEqualTo(200);
        assertThat(number("fifth.old-flows")).isZero();
        assertThat(number("fifth.moved") + number("fifth-random.moved")).isZero();
        assertThat(number("fifth.new-flows")).as("about a fifth of 1,000").isBetween(150L, 250L);
    }

    @Test
    void w16OneCookieServesBothDirections() {
        assertThat(number("first.moved")).as("a change of cookie counts as one").isZero();
        assertThat(number("first.cookies"))
                .as("and different flows have different ones")
                .isGreaterThan(990);
    }

    @Test
    void w14AllThreeOptionsAreOnEveryPacket() {
        assertThat(number("malformed")).isZero();
    }

    /** Segments of closing come to the same appliance under the same cookie, and then only the others are left. */
    @Test
    void f19ConnectionsThatCloseEndTheirFlowsEarly() {
        assertThat(number("closing")).isEqualTo(334);
        assertThat(number("closed.moved")).isZero();
        assertThat(number("closed.left")).isEqualTo(12_000 - 334);
    }
}
