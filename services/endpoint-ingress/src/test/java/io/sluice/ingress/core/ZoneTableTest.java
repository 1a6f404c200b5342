// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.RigModel.target;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.Target;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.DropReason;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The decision table of the sheet (4.1) with packets, seen from a node in az1 that decides alone.
 *
 * <pre>
 *   az1  fw-a fw-b        az2  fw-c fw-d
 * </pre>
 */
class ZoneTableTest {

    private static final int FLOWS = 400;
    private static final Zone AZ2 = new Zone("az2");
    private static final int FW_C = 0x0A01_000D;
    private static final int FW_D = 0x0A01_000E;
    private static final TargetRef C = new TargetRef(GROUP, new TargetId("fw-c"), 1);
    private static final TargetRef D = new TargetRef(GROUP, new TargetId("fw-d"), 1);
    private static final List<TargetRef> ALL = List.of(TARGET_A, TARGET_B, C, D);

    private ShardRig rig = new ShardRig();
    private int nextPort = 1;

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private static Target[] four() {
        return new Target[] {
            target("fw-a", FW_A), target("fw-b", FW_B), target("fw-c", FW_C, AZ2), target("fw-d", FW_D, AZ2)
        };
    }

    private static RigModel model(boolean crossZone, Target... targets) {
        return new RigModel().zones(ZONE, AZ2).crossZone(crossZone).targets(targets);
    }

    /** A node in az1, or, the zones of the targets exchanged, one in az2. */
    private void zones(boolean crossZone, TargetRef... healthy) {
        rig = new ShardRig(model(crossZone, four()), 1_024);
        rig.healthyOf(ALL, healthy);
    }

    private void seenFromAz2(boolean crossZone, TargetRef... healthy) {
        rig.checkNothingIsLost();
        rig = new ShardRig(
                model(
                        crossZone,
                        target("fw-a", FW_A, AZ2),
                        target("fw-b", FW_B, AZ2),
                        target("fw-c", FW_C),
                        target("fw-d", FW_D)),
                1_024);
        rig.healthyOf(ALL, healthy);
    }

    /** How many of so many new flows each target gets, by its address; what is dropped is in no count. */
    private Map<Integer, Integer> newFlows(int flows) {
        Map<Integer, Integer> shares = new TreeMap<>();
        for (int flow = 0; flow < flows; flow++) {
            rig.fromEndpoint(plain(udp(nextPort++, 1)), ATTACHMENT);
            rig.noAnswer();
            rig.sentToTargets().forEach(sent -> shares.merge(sent.address(), 1, Integer::sum));
        }
        return shares;
    }

    private void newFlowsGoTo(Integer... addresses) {
        assertThat(newFlows(60)).containsOnlyKeys(addresses);
    }

    /** The flow of this port is where it was. */
    private void isStillAt(int port, int address) {
        rig.fromEndpoint(plain(udp(port, 2)), ATTACHMENT);
        assertThat(rig.asked).isEmpty();
        RecordingPort.Sent sent = rig.onlySentToTarget();
        assertThat(sent.address()).isEqualTo(address);
        rig.fromTarget(sent.payload(), address);
        rig.onlyDelivered();
    }

    /** Opens a flow; where it went. */
    private int open(int port) {
        rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
        rig.noAnswer();
        return rig.onlySentToTarget().address();
    }

    @Test
    void t1aOnlyHealthyTargetsOfTheZoneGetNewFlowsAndOldOnesStay() {
        zones(false, TARGET_A, C, D);
        int at = open(50_000);
        rig.healthyOf(ALL, TARGET_B, C, D);
        newFlowsGoTo(FW_B);
        isStillAt(50_000, at);
    }

    @Test
    void t1bTheZoneFailsOpenOverItsOwnAndNeverUsesAnother() {
        zones(false, C, D);
        newFlowsGoTo(FW_A, FW_B);
    }

    @Test
    void t2aTheOtherZonesHealthyTargetsGetNewFlowsAndOldOnesStay() {
        zones(true, TARGET_A, TARGET_B);
        int at = open(50_000);
        rig.healthyOf(ALL, C, D);
        newFlowsGoTo(FW_C, FW_D);
        isStillAt(50_000, at);
    }

    @Test
    void t2bHealthyTargetsOfBothZonesShareAlike() {
        zones(true, TARGET_B, C, D);
        Map<Integer, Integer> shares = newFlows(FLOWS);
        assertThat(shares).containsOnlyKeys(FW_B, FW_C, FW_D);
        assertThat(shares.values()).allSatisfy(share -> assertThat(share).isBetween(FLOWS / 4, FLOWS * 5 / 12));
    }

    @Test
    void t2cAllTargetsOfAllZonesAreUsedWhereNoneIsHealthy() {
        zones(true);
        newFlowsGoTo(FW_A, FW_B, FW_C, FW_D);
    }

    @Test
    void t3aAFailedZoneIsNoBusinessOfTheOther() {
        zones(false, TARGET_A);
        newFlowsGoTo(FW_A);
        seenFromAz2(false, TARGET_A);
        newFlowsGoTo(FW_C, FW_D);
    }

    @Test
    void t3bEachZoneFailsOpenOverItsOwn() {
        zones(false);
        newFlowsGoTo(FW_A, FW_B);
        seenFromAz2(false);
        newFlowsGoTo(FW_C, FW_D);
    }

    @Test
    void t3cBothNodesUseTheHealthyZone() {
        zones(true, TARGET_A, TARGET_B);
        newFlowsGoTo(FW_A, FW_B);
        seenFromAz2(true, TARGET_A, TARGET_B);
        newFlowsGoTo(FW_A, FW_B);
    }

    @Test
    void t3dAZoneWithoutTargetsDropsNewFlowsAndKeepsNoEntry() {
        rig = new ShardRig(model(false, target("fw-c", FW_C, AZ2), target("fw-d", FW_D, AZ2)), 1_024);
        rig.healthyOf(List.of(C, D), C, D);
        assertThat(newFlows(5)).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.NO_TARGET, 5L));
        assertThat(rig.table.size()).isZero();
    }

    @Test
    void t3eAFlowThatFailedOpenStaysWhenAnotherTargetTurnsHealthy() {
        zones(false);
        int at = open(50_000);
        rig.healthyOf(ALL, at == FW_A ? TARGET_B : TARGET_A);
        isStillAt(50_000, at);
        newFlowsGoTo(at == FW_A ? FW_B : FW_A);
    }

    @Test
    void t3fFlowsOfATargetThatRecoversWorkAgainThere() {
        zones(false, TARGET_A, C);
        int at = open(50_000);
        rig.healthyOf(ALL, TARGET_B, C);
        isStillAt(50_000, at);
        rig.healthyOf(ALL, TARGET_A, TARGET_B, C);
        isStillAt(50_000, at);
    }

    @Test
    void t3gSwitchingCrossZoneMovesNoFlowAndNewOnesFollowIt() {
        zones(true, C, D);
        int at = open(50_000);
        assertThat(at).isIn(FW_C, FW_D);
        rig.configure(model(false, four()));
        isStillAt(50_000, at);
        newFlowsGoTo(FW_A, FW_B);
        rig.configure(model(true, four()));
        newFlowsGoTo(FW_C, FW_D);
    }

    /** fw-a has failed, of fw-b nothing is known yet, fw-e drains. */
    @Test
    void t3hTheFailOpenSetHasInitialAndUnhealthyTargetsAndNoDrainingOnes() {
        rig = new ShardRig(
                model(
                        false,
                        target("fw-a", FW_A),
                        target("fw-b", FW_B),
                        target("fw-e", 0x0A01_000F).deregistered(CREATED_MS)),
                1_024);
        rig.healthyOf(List.of(TARGET_A));
        newFlowsGoTo(FW_A, FW_B);
    }

    @Test
    void t3iEveryTargetGetsTheSameShareWhateverItsZone() {
        Target[] uneven = {
            target("fw-a", FW_A), target("fw-b", FW_B, AZ2), target("fw-c", FW_C, AZ2), target("fw-d", FW_D, AZ2)
        };
        rig = new ShardRig(model(true, uneven), 1_024);
        rig.healthyOf(ALL, TARGET_A, TARGET_B, C, D);
        Map<Integer, Integer> shares = newFlows(FLOWS);
        assertThat(shares).containsOnlyKeys(FW_A, FW_B, FW_C, FW_D);
        assertThat(shares.values()).allSatisfy(share -> assertThat(share).isBetween(FLOWS / 6, FLOWS / 3));
        rig.configure(model(false, uneven));
        newFlowsGoTo(FW_A);
    }

    @Test
    void t18ADrainingTargetGetsNoNewFlowAndKeepsItsOwn() {
        zones(false, TARGET_A);
        int at = open(50_000);
        assertThat(at).isEqualTo(FW_A);
        rig.configure(model(false, target("fw-a", FW_A).deregistered(CREATED_MS), target("fw-b", FW_B)));
        newFlowsGoTo(FW_B);
        isStillAt(50_000, FW_A);
    }

    @Test
    void t20FlowsOfATargetThatIsRegisteredAgainWhileItDrainsNeverMove() {
        zones(false, TARGET_A);
        open(50_000);
        rig.configure(model(false, target("fw-a", FW_A).deregistered(CREATED_MS), target("fw-b", FW_B)));
        isStillAt(50_000, FW_A);
        rig.configure(model(false, target("fw-a", FW_A), target("fw-b", FW_B)));
        isStillAt(50_000, FW_A);
        assertThat(rig.shard.opening().movedCount()).isZero();
    }

    @Test
    void h7AnInitialTargetGetsNoNewFlowWhileOneIsHealthy() {
        rig = new ShardRig(model(false, four()), 1_024);
        rig.healthyOf(List.of(TARGET_B), TARGET_B);
        newFlowsGoTo(FW_B);
    }

    @Test
    void f34HealthOfAnotherZonesTargetsDecidesNothingHere() {
        zones(false, TARGET_A, C, D);
        newFlowsGoTo(FW_A);
        rig.healthyOf(ALL, TARGET_A);
        newFlowsGoTo(FW_A);
    }
}
