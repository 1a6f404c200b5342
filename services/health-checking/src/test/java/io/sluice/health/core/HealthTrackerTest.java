// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.HealthCheckSpec.Protocol;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HealthTrackerTest {

    private static final long SEED = 20_261_124;

    /**
     * Results by letter: Success, Connect failed, Timed out, Bad status. States by letter after each of them: Initial,
     * Healthy, Unhealthy.
     */
    record Row(
            String name,
            Protocol protocol,
            int healthy,
            int unhealthy,
            String results,
            String states,
            HealthReason reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        HealthReason none = HealthReason.NONE;
        HealthReason failed = HealthReason.FAILED_HEALTH_CHECKS;
        HealthReason checking = HealthReason.INITIAL_HEALTH_CHECKING;
        return Stream.of(
                new Row("just registered", Protocol.TCP, 5, 2, "", "", HealthReason.REGISTRATION_IN_PROGRESS),
                new Row("H-7: initial until the healthy threshold", Protocol.TCP, 5, 2, "SSSS", "IIII", checking),
                new Row("H-7: healthy at the threshold", Protocol.TCP, 5, 2, "SSSSS", "IIIIH", none),
                new Row("H-7: unhealthy at the threshold", Protocol.TCP, 5, 2, "CC", "IU", failed),
                new Row("H-4: a failure resets the count", Protocol.TCP, 3, 2, "SSCSSCSSS", "IIIIIIIIH", none),
                new Row("H-4: a success resets the count", Protocol.TCP, 2, 3, "SSCCSCCSCCC", "IHHHHHHHHHU", failed),
                new Row("recovers", Protocol.TCP, 2, 2, "SSCCSS", "IHHUUH", none),
                new Row("recovery starts over", Protocol.TCP, 3, 2, "CCSSCSSS", "IUUUUUUH", none),
                new Row(
                        "stays healthy",
                        Protocol.TCP,
                        2,
                        2,
                        "SSSSSSSSSSSSSSSSSSSSSSSS",
                        "IHHHHHHHHHHHHHHHHHHHHHHH",
                        none),
                new Row(
                        "highest thresholds",
                        Protocol.TCP,
                        10,
                        10,
                        "SSSSSSSSSSCCCCCCCCCC",
                        "IIIIIIIIIHHHHHHHHHHU",
                        failed),
                new Row("TCP knows one reason", Protocol.TCP, 2, 2, "TT", "IU", failed),
                new Row("HTTPS timeout", Protocol.HTTPS, 2, 2, "TT", "IU", HealthReason.TIMEOUT),
                new Row("HTTPS status", Protocol.HTTPS, 2, 2, "BB", "IU", HealthReason.RESPONSE_CODE_MISMATCH),
                new Row("HTTPS connection error", Protocol.HTTPS, 2, 2, "CC", "IU", failed),
                new Row("HTTP timeout", Protocol.HTTP, 2, 2, "TT", "IU", HealthReason.TIMEOUT),
                new Row("HTTP status", Protocol.HTTP, 2, 2, "BB", "IU", HealthReason.RESPONSE_CODE_MISMATCH),
                new Row("HTTP connection error", Protocol.HTTP, 2, 2, "CC", "IU", failed),
                new Row(
                        "reason is that of the newest failure",
                        Protocol.HTTP,
                        2,
                        2,
                        "CCTB",
                        "IUUU",
                        HealthReason.RESPONSE_CODE_MISMATCH),
                new Row(
                        "a success on the way up keeps the reason",
                        Protocol.HTTP,
                        3,
                        2,
                        "TTSS",
                        "IUUU",
                        HealthReason.TIMEOUT));
    }

    private static Stream<Row> rowsOf(String id) {
        return rows().filter(row -> row.name.startsWith(id + ":"));
    }

    static Stream<Row> counting() {
        return rowsOf("H-4");
    }

    static Stream<Row> initial() {
        return rowsOf("H-7");
    }

    static Stream<Row> others() {
        return rows().filter(row -> !row.name.startsWith("H-"));
    }

    @ParameterizedTest
    @MethodSource("counting")
    void h4CountsResultsInARow(Row row) {
        judges(row);
    }

    @ParameterizedTest
    @MethodSource("initial")
    void h7LeavesInitialAtAThreshold(Row row) {
        judges(row);
    }

    @ParameterizedTest
    @MethodSource("others")
    void judgesAsTheSheetSays(Row row) {
        judges(row);
    }

    private static void judges(Row row) {
        HealthCheckSpec spec = spec(row.protocol(), row.healthy(), row.unhealthy());
        HealthTracker tracker = HealthTracker.registered(0);
        StringBuilder states = new StringBuilder();
        for (int i = 0; i < row.results().length(); i++) {
            tracker = tracker.after(result(row.results().charAt(i)), spec, i + 1);
            states.append(tracker.state().name().charAt(0));
        }

        assertThat(states).hasToString(row.states());
        assertThat(tracker.reason()).isEqualTo(row.reason());
        assertThat(tracker.sinceMs()).isEqualTo(sinceOf(row.states()));
    }

    @Test
    void h4OneOppositeResultResetsTheCount() {
        HealthCheckSpec spec = spec(Protocol.TCP, 3, 3);

        assertThat(states(spec, "SSCSSCSSS")).isEqualTo("IIIIIIIIH");
        assertThat(states(spec, "CCSCCSCCC")).isEqualTo("IIIIIIIIU");
    }

    @Test
    void h7InitialUntilAThresholdIsReached() {
        HealthCheckSpec spec = spec(Protocol.TCP, 5, 2);

        assertThat(states(spec, "SSSSS")).isEqualTo("IIIIH");
        assertThat(states(spec, "CC")).isEqualTo("IU");
        assertThat(HealthTracker.registered(0).reason()).isEqualTo(HealthReason.REGISTRATION_IN_PROGRESS);
        assertThat(HealthTracker.registered(0).after(result('S'), spec, 1).reason())
                .isEqualTo(HealthReason.INITIAL_HEALTH_CHECKING);
    }

    private static String states(HealthCheckSpec spec, String results) {
        HealthTracker tracker = HealthTracker.registered(0);
        StringBuilder states = new StringBuilder();
        for (int i = 0; i < results.length(); i++) {
            tracker = tracker.after(result(results.charAt(i)), spec, i + 1);
            states.append(tracker.state().name().charAt(0));
        }
        return states.toString();
    }

    @Test
    void changedThresholdsApplyToTheCountAtHand() {
        HealthCheckSpec patient = spec(Protocol.TCP, 5, 5);
        HealthTracker tracker = HealthTracker.registered(0);
        for (int i = 0; i < 3; i++) {
            tracker = tracker.after(new ProbeResult.Success(), patient, 1);
        }

        assertThat(tracker.judged(patient, 2).state()).isEqualTo(HealthState.INITIAL);
        assertThat(tracker.judged(spec(Protocol.TCP, 3, 2), 2).state()).isEqualTo(HealthState.HEALTHY);
        assertThat(tracker.judged(spec(Protocol.TCP, 3, 2), 2).sinceMs()).isEqualTo(2);
        assertThat(tracker.after(new ProbeResult.Success(), spec(Protocol.TCP, 4, 2), 3)
                        .state())
                .isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void higherThresholdsDoNotUndoAVerdict() {
        HealthTracker tracker = HealthTracker.registered(0)
                .after(new ProbeResult.TimedOut(), spec(Protocol.HTTP, 2, 2), 1)
                .after(new ProbeResult.TimedOut(), spec(Protocol.HTTP, 2, 2), 2);

        assertThat(tracker.judged(spec(Protocol.HTTP, 5, 5), 3)).isEqualTo(tracker);
    }

    @Test
    void agreesWithAModelThatRemembersEveryResult() {
        System.out.println("seed: " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int run = 0; run < 2_000; run++) {
            int bias = 5 + random.nextInt(90);
            HealthCheckSpec spec = spec(Protocol.TCP, 2 + random.nextInt(9), 2 + random.nextInt(9));
            HealthTracker tracker = HealthTracker.registered(0);
            List<Boolean> history = new ArrayList<>();
            HealthState expected = HealthState.INITIAL;
            for (int step = 0; step < 100; step++) {
                if (random.nextInt(20) == 0) {
                    spec = spec(Protocol.TCP, 2 + random.nextInt(9), 2 + random.nextInt(9));
                    expected = naive(history, spec, expected);
                    tracker = tracker.judged(spec, step);
                    assertThat(tracker.state()).isEqualTo(expected);
                }
                boolean passes = random.nextInt(100) < bias;
                history.add(passes);
                expected = naive(history, spec, expected);
                tracker = tracker.after(result(passes ? 'S' : 'C'), spec, step);
                assertThat(tracker.state()).isEqualTo(expected);
            }
        }
    }

    private static HealthState naive(List<Boolean> history, HealthCheckSpec spec, HealthState before) {
        if (endsWith(history, true, spec.healthyThreshold())) {
            return HealthState.HEALTHY;
        }
        return endsWith(history, false, spec.unhealthyThreshold()) ? HealthState.UNHEALTHY : before;
    }

    private static boolean endsWith(List<Boolean> history, boolean passes, int times) {
        return history.size() >= times
                && history.subList(history.size() - times, history.size()).stream()
                        .allMatch(r -> r == passes);
    }

    private static long sinceOf(String states) {
        int i = states.length();
        while (i > 1 && states.charAt(i - 1) == states.charAt(i - 2)) {
            i--;
        }
        return states.isEmpty() || states.charAt(i - 1) == 'I' ? 0 : i;
    }

    private static ProbeResult result(char letter) {
        return switch (letter) {
            case 'S' -> new ProbeResult.Success();
            case 'C' -> new ProbeResult.ConnectFailed("refused");
            case 'T' -> new ProbeResult.TimedOut();
            default -> new ProbeResult.BadStatus(500);
        };
    }

    private static HealthCheckSpec spec(Protocol protocol, int healthy, int unhealthy) {
        return new HealthCheckSpec(protocol, 80, "/", 10_000, 5_000, healthy, unhealthy);
    }

    @Test
    void whatOthersKnowStandsUntilAThresholdOfOwnProbes() {
        HealthCheckSpec spec = new HealthCheckSpec(Protocol.HTTP, 80, "/", 5_000, 2_000, 2, 2);
        HealthTracker healthy = HealthTracker.from(known(HealthState.HEALTHY, HealthReason.NONE));
        assertThat(healthy.found()).isFalse();

        HealthTracker once = healthy.after(new ProbeResult.Success(), spec, 2_000);
        assertThat(once.found()).isFalse();
        HealthTracker twice = once.after(new ProbeResult.Success(), spec, 3_000);
        assertThat(twice.found()).isTrue();
        assertThat(twice.state()).isEqualTo(HealthState.HEALTHY);
        assertThat(twice.sinceMs()).as("it was so before").isEqualTo(1_000);

        HealthTracker failed = healthy.after(new ProbeResult.TimedOut(), spec, 2_000);
        assertThat(failed.state()).isEqualTo(HealthState.HEALTHY);
        HealthTracker dead = failed.after(new ProbeResult.TimedOut(), spec, 3_000);
        assertThat(dead.state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(dead.reason()).isEqualTo(HealthReason.TIMEOUT);
        assertThat(dead.sinceMs()).isEqualTo(3_000);
        assertThat(dead.found()).isTrue();
    }

    @Test
    void whatOthersSawFailKeepsItsReasonUntilThereIsANewerOne() {
        HealthCheckSpec spec = new HealthCheckSpec(Protocol.HTTP, 80, "/", 5_000, 2_000, 3, 3);
        HealthTracker known = HealthTracker.from(known(HealthState.UNHEALTHY, HealthReason.RESPONSE_CODE_MISMATCH));

        HealthTracker passed = known.after(new ProbeResult.Success(), spec, 2_000);
        assertThat(passed.reason()).isEqualTo(HealthReason.RESPONSE_CODE_MISMATCH);
        HealthTracker timedOut = passed.after(new ProbeResult.TimedOut(), spec, 3_000);
        assertThat(timedOut.reason()).isEqualTo(HealthReason.TIMEOUT);
        assertThat(timedOut.state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(timedOut.found()).isFalse();
    }

    @Test
    void newsOfOthersCountAsLongAsNothingIsFoundAndLeaveTheCount() {
        HealthCheckSpec spec = new HealthCheckSpec(Protocol.HTTP, 80, "/", 5_000, 2_000, 2, 2);
        HealthTracker once = HealthTracker.from(known(HealthState.HEALTHY, HealthReason.NONE))
                .after(new ProbeResult.Success(), spec, 2_000);

        HealthTracker told = once.heard(known(HealthState.UNHEALTHY, HealthReason.TIMEOUT));
        assertThat(told.state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(told.reason()).isEqualTo(HealthReason.TIMEOUT);
        HealthTracker found = told.after(new ProbeResult.Success(), spec, 3_000);
        assertThat(found.state()).as("two good probes of its own").isEqualTo(HealthState.HEALTHY);
        assertThat(found.heard(known(HealthState.UNHEALTHY, HealthReason.TIMEOUT)))
                .isSameAs(found);
    }

    private static TargetHealth known(HealthState state, HealthReason reason) {
        return new TargetHealth(
                new TargetRef(new TargetGroupId("inspection"), new TargetId("t1"), 1),
                new Zone("a"),
                state,
                reason,
                1_000);
    }
}
