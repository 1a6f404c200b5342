// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import static io.sluice.model.probing.Words.A1;
import static io.sluice.model.probing.Words.NODE_1;
import static io.sluice.model.probing.Words.NODE_2;
import static io.sluice.model.probing.Words.NODE_3;
import static io.sluice.model.probing.Words.NOW_MS;
import static io.sluice.model.probing.Words.report;
import static io.sluice.model.probing.Words.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.HealthChanged;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthViewTest {

    /** States by letter, one prober each: Healthy, Unhealthy, Initial, unuSed. */
    record Row(String name, String verdicts, HealthState expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row("nobody: initial", "", HealthState.INITIAL),
                new Row("one healthy", "H", HealthState.HEALTHY),
                new Row("one unhealthy", "U", HealthState.UNHEALTHY),
                new Row("one initial", "I", HealthState.INITIAL),
                new Row("tie is healthy", "HU", HealthState.HEALTHY),
                new Row("tie is healthy, other order", "UH", HealthState.HEALTHY),
                new Row("majority unhealthy", "UHU", HealthState.UNHEALTHY),
                new Row("majority healthy", "HUH", HealthState.HEALTHY),
                new Row("initial is no verdict", "IIU", HealthState.UNHEALTHY),
                new Row("unused is no verdict", "SSH", HealthState.HEALTHY),
                new Row("only unused", "S", HealthState.INITIAL),
                new Row("initial does not make a majority", "IUH", HealthState.HEALTHY));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void h2StateIsTheMajorityOfVerdicts(Row row) {
        HealthView view = HealthView.EMPTY;
        for (int i = 0; i < row.verdicts().length(); i++) {
            HealthState state = Words.state(row.verdicts().charAt(i));
            view = view.with(report(new NodeId("prober-" + i), 1, 1, says(state)), NOW_MS);
        }

        assertThat(view.health(A1, Words.A, NOW_MS).state()).isEqualTo(row.expected());
    }

    @Test
    void newestReportOfASourceWins() {
        HealthChanged first = report(NODE_1, 10, 5, says(HealthState.HEALTHY));
        HealthView view = HealthView.EMPTY.with(first, NOW_MS);

        assertThat(view.with(first, NOW_MS)).as("the same again").isSameAs(view);
        assertThat(view.with(report(NODE_1, 10, 4, says(HealthState.UNHEALTHY)), NOW_MS))
                .as("overtaken on the way")
                .isSameAs(view);
        assertThat(view.with(report(NODE_1, 9, 99, says(HealthState.UNHEALTHY)), NOW_MS))
                .as("of an earlier boot")
                .isSameAs(view);
        assertThat(stateOf(view.with(report(NODE_1, 10, 6, says(HealthState.UNHEALTHY)), NOW_MS)))
                .isEqualTo(HealthState.UNHEALTHY);
        assertThat(stateOf(view.with(report(NODE_1, 11, 1, says(HealthState.UNHEALTHY)), NOW_MS)))
                .as("a later boot starts its sequence anew")
                .isEqualTo(HealthState.UNHEALTHY);
        assertThat(stateOf(view)).as("the old view is as it was").isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void h2ProberThatIsGoneHasNoVoteWhereALiveOneHasAVerdict() {
        HealthView view = HealthView.EMPTY
                .with(report(NODE_1, 1, 1, says(HealthState.HEALTHY, 100)), NOW_MS)
                .with(report(NODE_2, 1, 1, says(HealthState.UNHEALTHY, 200)), NOW_MS + 5_000);

        assertThat(view.health(A1, Words.A, NOW_MS + 7_000).state())
                .as("both live: a tie is healthy")
                .isEqualTo(HealthState.HEALTHY);
        assertThat(view.health(A1, Words.A, NOW_MS + 7_001).state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(view.health(A1, Words.A, NOW_MS + 7_001).sinceMs()).isEqualTo(200);
        assertThat(view.liveSources(NOW_MS + 7_000)).containsExactly(NODE_1, NODE_2);
        assertThat(view.liveSources(NOW_MS + 7_001)).containsExactly(NODE_2);
    }

    @Test
    void lastWordsStandWhereNobodyElseSpeaks() {
        HealthView view = HealthView.EMPTY
                .with(report(NODE_1, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS)
                .with(report(NODE_2, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS)
                .with(report(NODE_3, 1, 1, says(HealthState.HEALTHY)), NOW_MS);

        assertThat(view.health(A1, Words.A, NOW_MS + 3_600_000).state())
                .as("all gone: the majority of last words")
                .isEqualTo(HealthState.UNHEALTHY);

        HealthView withoutVerdict = view.with(report(NODE_3, 1, 2, says(HealthState.INITIAL)), NOW_MS + 3_600_000);
        assertThat(withoutVerdict.health(A1, Words.A, NOW_MS + 3_600_000).state())
                .as("a prober that has just started has no verdict to put in their place")
                .isEqualTo(HealthState.UNHEALTHY);
    }

    @Test
    void earlierBootIsTakenOnceTheKnownOneIsGone() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 10, 5, says(HealthState.HEALTHY)), NOW_MS);
        HealthChanged clockWentBack = report(NODE_1, 9, 1, says(HealthState.UNHEALTHY));

        assertThat(view.with(clockWentBack, NOW_MS + 7_000)).isSameAs(view);
        assertThat(view.with(clockWentBack, NOW_MS + 7_001)
                        .health(A1, Words.A, NOW_MS + 7_001)
                        .state())
                .isEqualTo(HealthState.UNHEALTHY);
        assertThat(view.with(report(NODE_1, 10, 4, says(HealthState.UNHEALTHY)), NOW_MS + 60_000))
                .as("overtaken on the way, however late")
                .isSameAs(view);
    }

    @Test
    void hearersClockThatStepsBackKeepsNoDeadProberAlive() {
        HealthView view = HealthView.EMPTY
                .with(report(NODE_1, 1, 1, says(HealthState.HEALTHY)), NOW_MS)
                .with(report(NODE_2, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS - 3_600_000);

        assertThat(view.liveSources(NOW_MS - 3_600_000)).containsExactly(NODE_2);
        assertThat(view.health(A1, Words.A, NOW_MS - 3_600_000).state()).isEqualTo(HealthState.UNHEALTHY);
    }

    @Test
    void targetThatANewerReportLeavesOutHasNoVerdictOfThatSource() {
        HealthView view = HealthView.EMPTY
                .with(report(NODE_1, 1, 1, says(HealthState.HEALTHY)), NOW_MS)
                .with(report(NODE_1, 1, 2), NOW_MS);

        assertThat(stateOf(view)).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void targetRegisteredAnewHasNoVerdict() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.HEALTHY)), NOW_MS);
        TargetRef anew = new TargetRef(A1.group(), A1.id(), A1.registration() + 1);

        assertThat(view.health(anew, Words.A, NOW_MS).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void f34VerdictsAreOfOneZoneOnly() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS);

        assertThat(view.health(A1, Words.B, NOW_MS).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void orderOfReportsDoesNotMatter() {
        List<HealthChanged> reports = List.of(
                report(NODE_1, 1, 1, says(HealthState.UNHEALTHY, 300)),
                report(NODE_2, 1, 1, says(HealthState.HEALTHY, 100)),
                report(NODE_3, 1, 1, says(HealthState.UNHEALTHY, 200)));
        HealthView forward = HealthView.EMPTY;
        HealthView backward = HealthView.EMPTY;
        for (HealthChanged report : reports) {
            forward = forward.with(report, NOW_MS);
        }
        for (HealthChanged report : reports.reversed()) {
            backward = backward.with(report, NOW_MS);
        }

        assertThat(forward.health(A1, Words.A, NOW_MS)).isEqualTo(backward.health(A1, Words.A, NOW_MS));
        assertThat(forward.saysTheSameAs(backward)).isTrue();
        assertThat(forward.health(A1, Words.A, NOW_MS).sinceMs()).isEqualTo(200);
        assertThat(forward.health(A1, Words.A, NOW_MS).reason()).isEqualTo(HealthReason.FAILED_HEALTH_CHECKS);
    }

    @Test
    void saysTheSameWhenOnlySequencesRise() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.HEALTHY)), NOW_MS);

        assertThat(view.with(report(NODE_1, 1, 2, says(HealthState.HEALTHY)), NOW_MS)
                        .saysTheSameAs(view))
                .isTrue();
        assertThat(view.with(report(NODE_1, 1, 2, says(HealthState.UNHEALTHY)), NOW_MS)
                        .saysTheSameAs(view))
                .isFalse();
        assertThat(view.with(report(NODE_2, 1, 1), NOW_MS).saysTheSameAs(view)).isFalse();
    }

    /** As many as are kept; the first booted first, and all were heard at one time. */
    private static HealthView crowd(HealthView empty) {
        HealthView view = empty;
        for (int i = 0; i < HealthView.SOURCES_MAX; i++) {
            view = view.with(report(new NodeId("prober-" + i), 2 + i, 1, says(HealthState.HEALTHY)), NOW_MS);
        }
        return view;
    }

    @Test
    void oneSourceTooManyDisplacesWhoHasBeenGoneLongest() {
        NodeId bootedFirst = new NodeId("prober-0");
        NodeId heardFirst = new NodeId("prober-7");
        long nowMs = NOW_MS + HealthView.SILENT_AFTER_MS + 1;
        HealthView view = crowd(HealthView.EMPTY)
                .with(report(heardFirst, 9, 2, says(HealthState.HEALTHY)), NOW_MS - 2_000)
                .with(report(bootedFirst, 2, 2, says(HealthState.HEALTHY)), nowMs)
                .with(report(NODE_2, 1, 1), nowMs);

        assertThat(view.knows(new Prober(bootedFirst, 2))).as("it lives").isTrue();
        assertThat(view.knows(new Prober(NODE_2, 1))).isTrue();
        assertThat(view.knows(new Prober(heardFirst, 9))).isFalse();
        assertThat(view.knows(new Prober(new NodeId("prober-8"), 10))).isTrue();
    }

    @Test
    void oneLiveSourceTooManyDisplacesTheOneThatBootedFirst() {
        HealthView view = crowd(HealthView.EMPTY);

        assertThat(view.with(report(NODE_2, 1_000, 1), NOW_MS).knows(new Prober(new NodeId("prober-0"), 2)))
                .isFalse();
        assertThat(view.with(report(NODE_2, 1, 1), NOW_MS).saysTheSameAs(view))
                .as("be it the one that comes")
                .isTrue();
    }

    @Test
    void aProberDoesNotDisplaceItself() {
        Prober own = new Prober(new NodeId("prober-0"), 2);
        HealthView view = crowd(HealthView.empty(3, own.node()));

        HealthView all = view.with(report(NODE_2, 1_000, 1), NOW_MS);
        assertThat(all.knows(own)).isTrue();
        assertThat(all.knows(new Prober(new NodeId("prober-1"), 3))).isFalse();
        assertThat(view.with(report(NODE_2, 1_000, 1), NOW_MS + 60_000).knows(own))
                .isTrue();
    }

    /** Who comes much later must not be told what was so before others found it. */
    @Test
    void aWordOfTheDeadIsForgottenOnceOthersHaveFoundThemselves() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS);
        view = view.with(report(NODE_2, 1, 1, says(HealthState.HEALTHY)), NOW_MS + 1_000);
        long laterMs = NOW_MS + HealthView.REMEMBERED_MS + 1;
        view = view.with(report(NODE_2, 1, 2, says(HealthState.HEALTHY)), laterMs);

        assertThat(view.knows(new Prober(NODE_1, 1))).isFalse();
        view = view.with(report(NODE_3, 1, 1, says(HealthState.INITIAL)), laterMs);
        assertThat(view.health(A1, Words.A, laterMs + 60_000).state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void aWordOnWhatNobodyElseProbesStands() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS);
        long laterMs = NOW_MS + 10 * HealthView.REMEMBERED_MS;
        view = view.with(report(NODE_2, 1, 1), laterMs);
        view = view.with(report(NODE_3, 1, 1, says(HealthState.INITIAL)), laterMs);
        assertThat(view.health(A1, Words.A, laterMs).state()).isEqualTo(HealthState.UNHEALTHY);
    }

    @Test
    void aWordOfAFormerBootIsForgottenOnceOthersHaveFoundThemselves() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.UNHEALTHY)), NOW_MS);
        view = view.with(report(NODE_1, 2, 1, says(HealthState.UNUSED)), NOW_MS);
        long laterMs = NOW_MS + HealthView.REMEMBERED_MS + 1;
        view = view.with(report(NODE_1, 2, 2, says(HealthState.UNUSED)), laterMs);
        assertThat(view.health(A1, Words.A, laterMs).state()).isEqualTo(HealthState.UNHEALTHY);
        view = view.with(report(NODE_2, 1, 1, says(HealthState.HEALTHY)), laterMs);
        view = view.with(report(NODE_1, 2, 3, says(HealthState.UNUSED)), laterMs);
        view = view.with(report(NODE_2, 1, 2, says(HealthState.INITIAL)), laterMs + 1);
        assertThat(view.health(A1, Words.A, laterMs + 1).state()).isEqualTo(HealthState.INITIAL);
    }

    /** T20: it may be registered again before the word is old, and is then another. */
    @ParameterizedTest
    @ValueSource(longs = {1, HealthView.SILENT_AFTER_MS + 1})
    void nobodysEarlierWordCountsOnceATargetDrains(long laterMs) {
        long nowMs = NOW_MS + laterMs;
        HealthView view = HealthView.EMPTY
                .with(report(NODE_1, 1, 1, says(HealthState.HEALTHY)), NOW_MS)
                .with(report(NODE_3, 1, 1, says(HealthState.HEALTHY)), NOW_MS)
                .with(report(NODE_3, 2, 1, says(HealthState.INITIAL)), NOW_MS)
                .with(report(NODE_2, 1, 1, says(HealthState.HEALTHY)), nowMs)
                .with(report(NODE_2, 1, 2, says(HealthState.DRAINING)), nowMs)
                .with(report(NODE_2, 1, 3, says(HealthState.INITIAL)), nowMs);

        assertThat(view.health(A1, Words.A, nowMs).state()).isEqualTo(HealthState.INITIAL);
        assertThat(view.health(A1, Words.A, nowMs + 60_000).state())
                .as("when all are gone")
                .isEqualTo(HealthState.INITIAL);
        assertThat(view.with(report(NODE_1, 1, 2, says(HealthState.HEALTHY)), nowMs)
                        .health(A1, Words.A, nowMs)
                        .state())
                .as("what is said later does")
                .isEqualTo(HealthState.HEALTHY);
    }

    /** It may have an old configuration: who is there says more. */
    @Test
    void whoBeginsWithADrainingTargetEndsOnlyTheWordsOfTheGone() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(HealthState.HEALTHY)), NOW_MS);
        HealthChanged begins = report(NODE_2, 1, 1, says(HealthState.DRAINING));

        assertThat(stateOf(view.with(begins, NOW_MS))).isEqualTo(HealthState.HEALTHY);
        long goneMs = NOW_MS + HealthView.SILENT_AFTER_MS + 1;
        assertThat(view.with(begins, goneMs).health(A1, Words.A, goneMs).state())
                .isEqualTo(HealthState.INITIAL);
    }

    private static HealthState stateOf(HealthView view) {
        return view.health(A1, Words.A, NOW_MS).state();
    }
}
