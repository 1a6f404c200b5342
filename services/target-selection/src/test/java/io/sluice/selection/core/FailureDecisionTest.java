// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.health.HealthState;
import io.sluice.model.id.Zone;
import io.sluice.selection.core.FailureDecision.Candidate;
import io.sluice.selection.core.FailureDecision.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailureDecisionTest {

    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");

    /** States by letter: Healthy, Unhealthy, Initial, unuSed. Targets of AZ1 come first, numbered from 0. */
    record Row(String name, String az1, String az2, Outcome outcome, List<Integer> eligible) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row("all healthy", "HHH", "HH", Outcome.HEALTHY, List.of(0, 1, 2)),
                new Row("T1a: one of AZ1 failed, AZ2 healthy", "HUH", "HH", Outcome.HEALTHY, List.of(0, 2)),
                new Row("T1a: all but one of AZ1 failed", "UUH", "HH", Outcome.HEALTHY, List.of(2)),
                new Row(
                        "T1b: AZ1 all failed, AZ2 healthy: AZ2 is never used",
                        "UU",
                        "HH",
                        Outcome.FAIL_OPEN,
                        List.of(0, 1)),
                new Row("T3a: AZ1 healthy, AZ2 all failed", "HH", "UU", Outcome.HEALTHY, List.of(0, 1)),
                new Row("T3b: both zones all failed", "UU", "UU", Outcome.FAIL_OPEN, List.of(0, 1)),
                new Row("T3d: none registered in AZ1", "", "HH", Outcome.NO_TARGET, List.of()),
                new Row("T3d: none registered at all", "", "", Outcome.NO_TARGET, List.of()),
                new Row(
                        "T3h: fail-open set has initial and unhealthy",
                        "UIU",
                        "H",
                        Outcome.FAIL_OPEN,
                        List.of(0, 1, 2)),
                new Row("H-7: initial gets none while one is healthy", "IHI", "", Outcome.HEALTHY, List.of(1)),
                new Row("H-7: all initial, as at a start", "II", "H", Outcome.FAIL_OPEN, List.of(0, 1)),
                new Row("prober that lags calls a used target unused", "SH", "", Outcome.HEALTHY, List.of(1)),
                new Row("all called unused", "SS", "H", Outcome.FAIL_OPEN, List.of(0, 1)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void decidesAsTheTableSays(Row row) {
        FailureDecision decision = FailureDecision.decide(AZ1, registered(row));

        assertThat(decision.outcome()).isEqualTo(row.outcome());
        assertThat(decision.eligible().stream().map(Candidate::targetIndex)).isEqualTo(row.eligible());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void zonesDecideIndependently(Row row) { // F-34
        List<Candidate> registered = registered(row);
        FailureDecision own = FailureDecision.decide(AZ1, registered);
        FailureDecision other = FailureDecision.decide(AZ2, registered);

        assertThat(own.eligible()).allMatch(c -> c.zone().equals(AZ1));
        assertThat(other.eligible()).allMatch(c -> c.zone().equals(AZ2));
        assertThat(own)
                .isEqualTo(FailureDecision.decide(
                        AZ1,
                        registered.stream().filter(c -> c.zone().equals(AZ1)).toList()));
    }

    private static List<Candidate> registered(Row row) {
        List<Candidate> candidates = new ArrayList<>();
        for (char letter : (row.az1() + row.az2()).toCharArray()) {
            int index = candidates.size();
            HealthState state = switch (letter) {
                case 'H' -> HealthState.HEALTHY;
                case 'U' -> HealthState.UNHEALTHY;
                case 'I' -> HealthState.INITIAL;
                default -> HealthState.UNUSED;
            };
            candidates.add(new Candidate(index, index < row.az1().length() ? AZ1 : AZ2, state));
        }
        return candidates;
    }
}
