// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A judge that cannot find anything proves nothing: each fault alone, and a history without any. */
class HistoryJudgeTest {
    private static final long ENDPOINT = Spoke.MAIN.get(0).number();
    private static final String A = "10.1.1.11";
    private static final String B = "10.1.1.12";

    private final Timeline timeline = new Timeline();
    private final HistoryJudge judge = new HistoryJudge(new Policy(timeline));
    private final FlowHistory history = new FlowHistory();

    @BeforeEach
    void tell() {
        timeline.told(0, 1, Told.of(Draft.initial().document()));
    }

    @Test
    void findsNothingWhereBothDirectionsStay() {
        history.see(A, 1, true, 100_000);
        history.see(A, 1, false, 102_500);
        judge.judge("flow", ENDPOINT, history, List.of());

        assertThat(judge.unexplainedMoves()).isEmpty();
        assertThat(judge.unexplainedPicks()).isEmpty();
        assertThat(judge.stranded()).isEmpty();
        assertThat(judge.sharedCookies()).isEmpty();
        assertThat(judge.movesByRow()).isEmpty();
        assertThat(history.bothWays()).isTrue();
    }

    @Test
    void findsAMoveThatNothingExplains() {
        history.see(A, 1, true, 100_000);
        history.see(B, 2, false, 102_500);
        judge.judge("flow", ENDPOINT, history, List.of());

        assertThat(judge.unexplainedMoves()).singleElement().asString().contains("flow left " + A, "for " + B);
        assertThat(judge.moved()).isOne();
    }

    @Test
    void findsANewCookieThatNothingExplains() {
        history.see(A, 1, true, 100_000);
        history.see(A, 2, true, 102_500);
        judge.judge("flow", ENDPOINT, history, List.of());

        assertThat(judge.unexplainedMoves()).hasSize(1);
        assertThat(judge.moved()).isZero();
    }

    @Test
    void findsDirectionsThatPart() {
        for (int i = 0; i < 4; i++) {
            history.see(i % 2 == 0 ? A : B, 1, i % 2 == 0, 100_000 + i * 2_500);
        }
        judge.judge("flow", ENDPOINT, history, List.of());

        assertThat(judge.sharedCookies()).isNotEmpty();
        assertThat(judge.unexplainedMoves()).hasSize(3);
    }

    @Test
    void findsAFirstPickInAnotherZoneAndAResetWithoutASwitch() {
        history.see("10.1.2.11", 1, true, 100_000);
        judge.judge("flow", ENDPOINT, history, List.of(101_000L));

        assertThat(judge.unexplainedPicks()).hasSize(1);
        assertThat(judge.unexplainedResets()).hasSize(1);
    }

    @Test
    void findsAFlowThatIsLeftBehind() {
        Draft after = Draft.initial();
        after.get(Draft.GROUPS, Firewall.MAIN_GROUP).put("target-failover", "rebalance");
        timeline.told(50_000, 50_010, Told.of(after.document()));
        timeline.fails(A, 100_000);
        history.see(A, 1, true, 60_000);
        history.see(A, 1, false, 200_000);
        judge.judge("flow", ENDPOINT, history, List.of());

        assertThat(judge.stranded()).singleElement().asString().contains("still at " + A);
    }

    @Test
    void dropsThatNothingExplainsAreFaults() {
        DropJudge drops = new DropJudge(2, 5, 0, 0, true);

        assertThat(drops.faults(
                        Map.of("reset_target_unhealthy", 2L, "return_cookie_mismatch", 5L, "probe_unknown", 1L)))
                .isEmpty();
        assertThat(drops.faults(Map.of("tcp_not_syn", 1L))).containsExactly("tcp_not_syn 1, of which 0 are explained");
        assertThat(drops.faults(Map.of("return_cookie_mismatch", 6L, "endpoint_not_available", 1L)))
                .hasSize(2);
    }

    @Test
    void percentilesAreValuesThatWereMeasured() {
        Latencies latencies = new Latencies();
        for (int ms = 100; ms > 0; ms--) {
            latencies.add(ms);
        }

        assertThat(latencies.percentile(50)).isEqualTo(50);
        assertThat(latencies.percentile(99)).isEqualTo(99);
        assertThat(latencies.percentile(100)).isEqualTo(100);
        assertThat(new Latencies().percentile(99)).isZero();
    }
}
