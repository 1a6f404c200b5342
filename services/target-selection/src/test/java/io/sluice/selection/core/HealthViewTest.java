// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NODE_3;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.says;
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
    void stateIsTheMajorityOfVerdicts(Row row) {
        HealthView view = HealthView.EMPTY;
        for (int i = 0; i < row.verdicts().length(); i++) {
            HealthState state = switch (row.verdicts().charAt(i)) {
                case 'H' -> HealthState.HEALTHY;
                case 'U' -> HealthState.UNHEALTHY;
                case 'I' -> HealthState.INITIAL;
                default -> HealthState.UNUSED;
            };
            view = view.with(report(new NodeId("prober-" + i), 1, 1, says(A1, state)));
        }

        assertThat(view.health(ref(A1), A1.zone()).state()).isEqualTo(row.expected());
    }

    @Test
    void newestReportOfASourceWins() {
        HealthChanged first = report(NODE_1, 10, 5, says(A1, HealthState.HEALTHY));
        HealthView view = HealthView.EMPTY.with(first);

        assertThat(view.with(first)).as("the same again").isSameAs(view);
        assertThat(view.with(report(NODE_1, 10, 4, says(A1, HealthState.UNHEALTHY))))
                .as("overtaken on the way")
                .isSameAs(view);
        assertThat(view.with(report(NODE_1, 9, 99, says(A1, HealthState.UNHEALTHY))))
                .as("of an earlier boot")
                .isSameAs(view);
        assertThat(stateOf(view.with(report(NODE_1, 10, 6, says(A1, HealthState.UNHEALTHY)))))
                .isEqualTo(HealthState.UNHEALTHY);
        assertThat(stateOf(view.with(report(NODE_1, 11, 1, says(A1, HealthState.UNHEALTHY)))))
                .as("a later boot starts its sequence anew")
                .isEqualTo(HealthState.UNHEALTHY);
        assertThat(stateOf(view)).as("the old view is as it was").isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void targetThatANewerReportLeavesOutHasNoVerdictOfThatSource() {
        HealthView view = HealthView.EMPTY
                .with(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)))
                .with(report(NODE_1, 1, 2));

        assertThat(stateOf(view)).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void targetRegisteredAnewHasNoVerdict() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)));
        TargetRef anew = new TargetRef(Fixture.GROUP, A1.id(), A1.registration() + 1);

        assertThat(view.health(anew, A1.zone()).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void verdictsAreOfOneZoneOnly() { // F-34
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(A1, HealthState.UNHEALTHY)));

        assertThat(view.health(ref(A1), Fixture.B).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void orderOfReportsDoesNotMatter() {
        List<HealthChanged> reports = List.of(
                report(NODE_1, 1, 1, says(A1, HealthState.UNHEALTHY, 300)),
                report(NODE_2, 1, 1, says(A1, HealthState.HEALTHY, 100)),
                report(NODE_3, 1, 1, says(A1, HealthState.UNHEALTHY, 200)));
        HealthView forward = HealthView.EMPTY;
        HealthView backward = HealthView.EMPTY;
        for (HealthChanged report : reports) {
            forward = forward.with(report);
        }
        for (HealthChanged report : reports.reversed()) {
            backward = backward.with(report);
        }

        assertThat(forward.health(ref(A1), A1.zone())).isEqualTo(backward.health(ref(A1), A1.zone()));
        assertThat(forward.saysTheSameAs(backward)).isTrue();
        assertThat(forward.health(ref(A1), A1.zone()).sinceMs()).isEqualTo(200);
        assertThat(forward.health(ref(A1), A1.zone()).reason()).isEqualTo(HealthReason.FAILED_HEALTH_CHECKS);
    }

    @Test
    void saysTheSameWhenOnlySequencesRise() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)));

        assertThat(view.with(report(NODE_1, 1, 2, says(A1, HealthState.HEALTHY)))
                        .saysTheSameAs(view))
                .isTrue();
        assertThat(view.with(report(NODE_1, 1, 2, says(A1, HealthState.UNHEALTHY)))
                        .saysTheSameAs(view))
                .isFalse();
        assertThat(view.with(report(NODE_2, 1, 1)).saysTheSameAs(view)).isFalse();
    }

    @Test
    void oneSourceTooManyDisplacesTheOneThatBootedFirst() {
        HealthView view = HealthView.EMPTY.with(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)));
        for (int i = 0; i < HealthView.SOURCES_MAX - 1; i++) {
            view = view.with(report(new NodeId("prober-" + i), 2 + i, 1));
        }
        assertThat(stateOf(view)).isEqualTo(HealthState.HEALTHY);

        view = view.with(report(NODE_2, 1_000, 1));

        assertThat(stateOf(view)).isEqualTo(HealthState.INITIAL);
    }

    private static HealthState stateOf(HealthView view) {
        return view.health(ref(A1), A1.zone()).state();
    }
}
