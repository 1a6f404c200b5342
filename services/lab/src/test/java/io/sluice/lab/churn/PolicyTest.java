// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.lab.churn.Timeline.Window;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What flows may do, against the sheet: three targets in each of two zones, told at 0 and healthy ever since. */
class PolicyTest {
    private static final long FIRST = Spoke.MAIN.get(0).number();
    private static final long SECOND = Spoke.MAIN.get(1).number();
    private static final String A1 = "10.1.1.11";
    private static final String B1 = "10.1.1.12";
    private static final String A2 = "10.1.2.11";
    private static final long BEGIN_MS = 1_000_000;
    private static final Window LATER = Policy.decided(BEGIN_MS + 200_000);

    private final Timeline timeline = new Timeline();
    private final Policy policy = new Policy(timeline);
    private Draft now = Draft.initial();

    @BeforeEach
    void tellTheFirst() {
        timeline.told(BEGIN_MS - 1_000_000, BEGIN_MS - 999_000, Told.of(now.document()));
    }

    private void tell(long atMs, Consumer<Draft> change) {
        now = now.copy();
        change.accept(now);
        timeline.told(BEGIN_MS + atMs, BEGIN_MS + atMs + 10, Told.of(now.document()));
    }

    private static ObjectNode firewalls(Draft draft) {
        return draft.get(Draft.GROUPS, Firewall.MAIN_GROUP);
    }

    private static void deregister(Draft draft, String target) {
        Draft.removeFrom(firewalls(draft).withArray("targets"), target);
    }

    private static void rebalance(Draft draft) {
        firewalls(draft).put("target-failover", "rebalance");
    }

    private static Window at(long ms) {
        return Policy.decided(BEGIN_MS + ms);
    }

    /** T1a. */
    @Test
    void newFlowsStayInTheirZoneWhileCrossZoneIsOff() {
        assertThat(policy.mayPick(FIRST, A1, LATER)).isTrue();
        assertThat(policy.mayPick(FIRST, A2, LATER)).isFalse();
        assertThat(policy.mayPick(SECOND, A2, LATER)).isTrue();
        assertThat(policy.mayPick(FIRST, "10.1.1.21", LATER))
                .as("of the other group")
                .isFalse();
    }

    /** T2b. */
    @Test
    void newFlowsGoToAnyZoneWhileCrossZoneIsOn() {
        tell(100_000, draft -> draft.get(Draft.BALANCERS, Draft.BALANCER).put("cross-zone", true));

        assertThat(policy.mayPick(FIRST, A2, LATER)).isTrue();
        assertThat(policy.mayPick(FIRST, A2, at(99_000)))
                .as("not before it was told")
                .isFalse();
    }

    /** T1a. */
    @Test
    void aTargetThatHasFailedForLongGetsNoNewFlow() {
        timeline.fails(A1, BEGIN_MS + 100_000);

        assertThat(policy.mayPick(FIRST, A1, at(101_000)))
                .as("nobody knows yet")
                .isTrue();
        assertThat(policy.mayPick(FIRST, A1, LATER)).isFalse();
        assertThat(policy.mayPick(FIRST, B1, LATER)).isTrue();
    }

    /** T1b. */
    @Test
    void failsOpenOverTheZoneWhereAllHaveFailed() {
        Firewall.MAIN.stream()
                .filter(firewall -> firewall.zone().equals("az1"))
                .forEach(firewall -> timeline.fails(firewall.address(), BEGIN_MS + 100_000));

        assertThat(policy.mayPick(FIRST, A1, LATER)).isTrue();
        assertThat(policy.mayPick(FIRST, A2, LATER))
                .as("never the other zone's")
                .isFalse();

        tell(150_000, draft -> firewalls(draft).put("fail-open", "drop"));
        assertThat(policy.mayPick(FIRST, A1, LATER)).isFalse();
        assertThat(policy.mayFailOpenDrop(FIRST, LATER)).isTrue();
        assertThat(policy.mayFailOpenDrop(SECOND, LATER)).isFalse();
    }

    /** H-7. */
    @Test
    void aTargetJustRegisteredGetsNoNewFlowWhileAnotherIsHealthy() {
        tell(20_000, draft -> firewalls(draft).withObject("/health-check").put("healthy-threshold", 3));
        tell(100_000, draft -> deregister(draft, A1));
        tell(150_000, draft -> Draft.target(firewalls(draft), A1, "az1"));

        assertThat(policy.mayPick(FIRST, A1, at(151_500))).isFalse();
        assertThat(policy.mayPick(FIRST, A1, at(156_000)))
                .as("after three checks, the first of which came at once")
                .isTrue();
    }

    /** H-7: the second check may follow on the first, so that a threshold of two says nothing about time. */
    @Test
    void aTargetMayBeHealthyAtOnceByTwoChecks() {
        tell(100_000, draft -> deregister(draft, A1));
        tell(150_000, draft -> Draft.target(firewalls(draft), A1, "az1"));

        assertThat(policy.mayPick(FIRST, A1, at(151_500))).isTrue();
    }

    /** A verdict by settings that followed on each other: each gives its shortest. */
    @Test
    void aVerdictMayHaveBegunUnderOtherSettings() {
        Consumer<ObjectNode> slow = check -> check.put("interval", "6s").put("healthy-threshold", 4);
        tell(20_000, draft -> slow.accept(firewalls(draft).withObject("/health-check")));
        tell(100_000, draft -> deregister(draft, A1));
        tell(150_000, draft -> Draft.target(firewalls(draft), A1, "az1"));
        assertThat(policy.mayPick(FIRST, A1, at(157_000))).isFalse();

        tell(155_000, draft -> firewalls(draft).withObject("/health-check").put("healthy-threshold", 3));
        assertThat(policy.mayPick(FIRST, A1, at(157_000))).isTrue();
    }

    /** T18. */
    @Test
    void aDrainingTargetGetsNoNewFlow() {
        tell(100_000, draft -> deregister(draft, A1));

        assertThat(policy.mayPick(FIRST, A1, at(101_000))).as("under way").isTrue();
        assertThat(policy.mayPick(FIRST, A1, at(103_000))).isFalse();
    }

    /** T7. */
    @Test
    void withoutRebalanceNothingMoves() {
        timeline.fails(A1, BEGIN_MS + 100_000);
        tell(100_000, draft -> deregister(draft, B1));

        assertThat(policy.mayLeave(FIRST, A1, "10.1.1.13", LATER)).isEmpty();
        assertThat(policy.mayLeave(FIRST, B1, "10.1.1.13", LATER)).isEmpty();
        assertThat(policy.mustLeave(FIRST, A1, LATER)).isFalse();
    }

    /** T5. */
    @Test
    void withRebalanceFlowsLeaveATargetThatHasFailed() {
        tell(50_000, PolicyTest::rebalance);
        timeline.fails(A1, BEGIN_MS + 100_000);

        assertThat(policy.mayLeave(FIRST, A1, B1, LATER)).contains("T5");
        assertThat(policy.mayLeave(FIRST, A1, B1, at(99_000))).isEmpty();
        assertThat(policy.mayLeave(FIRST, B1, "10.1.1.13", LATER))
                .as("a healthy one")
                .isEmpty();
        assertThat(policy.mayLeave(FIRST, A1, A2, LATER))
                .as("to the other zone")
                .isEmpty();
        assertThat(policy.mustLeave(FIRST, A1, LATER)).isTrue();
        assertThat(policy.mustLeave(FIRST, A1, at(110_000)))
                .as("checks take so long")
                .isFalse();
    }

    /** T10. */
    @Test
    void withNobodyHealthyFlowsStay() {
        tell(50_000, PolicyTest::rebalance);
        Firewall.MAIN.forEach(firewall -> timeline.fails(firewall.address(), BEGIN_MS + 100_000));

        assertThat(policy.mayLeave(FIRST, A1, B1, LATER)).isEmpty();
        assertThat(policy.mustLeave(FIRST, A1, LATER)).isFalse();
    }

    /** T6. */
    @Test
    void flowsLeaveADeregisteredTargetOnlyAfterItsDelay() {
        tell(50_000, PolicyTest::rebalance);
        tell(100_000, draft -> deregister(draft, A1)); // 8 s

        assertThat(policy.mayLeave(FIRST, A1, B1, at(105_000))).isEmpty();
        assertThat(policy.mayLeave(FIRST, A1, B1, at(109_000))).contains("T6");
        assertThat(policy.mustLeave(FIRST, A1, at(109_000))).isFalse();
        assertThat(policy.mustLeave(FIRST, A1, at(113_000))).isTrue();
    }

    /** T17. */
    @Test
    void theDelayIsThatOfTheMoment() {
        tell(50_000, PolicyTest::rebalance);
        tell(100_000, draft -> deregister(draft, A1));
        tell(102_000, draft -> firewalls(draft).put("deregistration-delay", "15s"));

        assertThat(policy.mayLeave(FIRST, A1, B1, at(112_000))).isEmpty();
        assertThat(policy.mayLeave(FIRST, A1, B1, at(116_000))).contains("T6");

        tell(117_000, draft -> Draft.target(firewalls(draft), A1, "az1"));
        assertThat(policy.mayLeave(FIRST, A1, B1, at(125_000)))
                .as("registered again")
                .isEmpty();
    }

    /** T20. */
    @Test
    void registeredAgainInTimeNothingMoves() {
        tell(50_000, PolicyTest::rebalance);
        tell(100_000, draft -> deregister(draft, A1));
        tell(105_000, draft -> Draft.target(firewalls(draft), A1, "az1"));

        assertThat(policy.mayLeave(FIRST, A1, B1, at(110_000))).isEmpty();
        assertThat(policy.mustLeave(FIRST, A1, LATER)).isFalse();
    }

    /** T14. */
    @Test
    void resetsFollowTheirSwitchesAndRebalanceComesFirst() {
        tell(50_000, draft -> ((ObjectNode) firewalls(draft).path("send-tcp-reset")).put("on-unhealthy", true));
        timeline.fails(A1, BEGIN_MS + 100_000);

        assertThat(policy.mayReset(FIRST, A1, LATER)).isTrue();
        assertThat(policy.mayReset(FIRST, B1, LATER)).isFalse();

        tell(150_000, PolicyTest::rebalance);
        assertThat(policy.mayReset(FIRST, A1, LATER)).isFalse();
    }

    /** T22. */
    @Test
    void flowsStayWhereTheListenerHasAnotherGroup() {
        tell(
                100_000,
                draft -> ((ObjectNode)
                                draft.get(Draft.BALANCERS, Draft.BALANCER).path("listener"))
                        .put("target-group", Firewall.SPARE_GROUP));

        assertThat(policy.mayPick(FIRST, A1, LATER)).isFalse();
        assertThat(policy.mayPick(FIRST, "10.1.1.21", LATER)).isTrue();
        assertThat(policy.mayLeave(FIRST, A1, "10.1.1.21", LATER)).isEmpty();
    }

    /** E-4. */
    @Test
    void aRejectedEndpointIsCutOffAndItsFlowsEnd() {
        long visitor = Spoke.VISITOR.number();
        tell(
                100_000,
                draft -> draft.get(Draft.ENDPOINTS, Spoke.VISITOR.endpoint()).put("connection", "rejected"));
        tell(
                120_000,
                draft -> draft.get(Draft.ENDPOINTS, Spoke.VISITOR.endpoint()).put("connection", "accepted"));

        assertThat(policy.mustBeCutOff(visitor, at(110_000))).isTrue();
        assertThat(policy.mustBeCutOff(visitor, at(100_500))).isFalse();
        assertThat(policy.mayLeave(visitor, A1, B1, new Window(BEGIN_MS + 99_000, BEGIN_MS + 121_000)))
                .contains("E-4");
        assertThat(policy.mayLeave(visitor, A1, B1, LATER)).isEmpty();
    }
}
