// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import static io.sluice.model.probing.Words.A;
import static io.sluice.model.probing.Words.A1;
import static io.sluice.model.probing.Words.NOW_MS;
import static io.sluice.model.probing.Words.inherits;
import static io.sluice.model.probing.Words.leaves;
import static io.sluice.model.probing.Words.report;
import static io.sluice.model.probing.Words.says;
import static io.sluice.model.probing.Words.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who votes on a target where it has more probers than seats, and where those who have a seat have no verdict yet. */
class GroupVerdictsTest {

    private static final long DEAD_MS = NOW_MS - HealthView.SILENT_AFTER_MS - 1;

    /** Those who come first by rank first. */
    private static final List<NodeId> BY_RANK = IntStream.rangeClosed(1, 6)
            .mapToObj(i -> new NodeId("node-" + i))
            .sorted(Comparator.comparingLong((NodeId node) -> ProberAssignment.rank(A1, A, node))
                    .reversed())
            .toList();

    /**
     * One word for each prober in order of rank: its state by letter, {@code Healthy, Unhealthy, Initial, unuSed}; before it
     * {@code d} for one that died, {@code l} for one that left, {@code i} for one that inherited it, {@code f} for one that was
     * started again and said so before; {@code -} does not mention the target.
     */
    record Row(String name, int probers, String words, HealthState expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        HealthState healthy = HealthState.HEALTHY;
        HealthState unhealthy = HealthState.UNHEALTHY;
        HealthState initial = HealthState.INITIAL;
        return Stream.of(
                new Row("one seat: the first by rank decides", 1, "U H H", unhealthy),
                new Row("one seat: and nobody else", 1, "H U U", healthy),
                new Row("three seats of five", 3, "U U H H H", unhealthy),
                new Row("tie among two seats is healthy", 2, "U H U U", healthy),
                new Row("who does not mention the target has no seat", 2, "- U - U H", unhealthy),
                new Row("the last word of the dead counts until the next has a verdict", 3, "U H dU S", unhealthy),
                new Row("and then no more", 3, "U H dU H", healthy),
                new Row("nor where nobody takes its seat", 3, "U H dU", healthy),
                new Row("who left is as good as dead", 2, "lU I S", unhealthy),
                new Row("who left has no seat", 2, "lU H H", healthy),
                new Row("who lost its seat votes for who has none yet", 1, "I U", unhealthy),
                new Row("a living word before an inherited one", 1, "iH U", unhealthy),
                new Row("an inherited word before a dead one", 1, "iH dU", healthy),
                new Row("an inherited word is a vote of its seat only", 2, "iH U dU dU", healthy),
                new Row("an inherited word without a seat is none", 1, "I iU", initial),
                new Row("started again: its former boot's word stands", 1, "fU S", unhealthy),
                new Row("started again: a vote among others", 3, "fU U H", unhealthy),
                new Row("nobody lives: the last words by rank", 2, "dU dU dH dH dH", unhealthy),
                new Row("nobody lives: only who has a word", 1, "lI dU", unhealthy),
                new Row("nobody has a word", 3, "I S -", initial),
                new Row("all seats are new", 2, "I I dH dU dU", healthy));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void h2SeatsDecideAndOthersStandInForThem(Row row) {
        assertThat(view(row.probers(), row.words().split(" "))
                        .health(A1, A, NOW_MS)
                        .state())
                .isEqualTo(row.expected());
    }

    private static HealthView view(int probers, String... words) {
        HealthView view = HealthView.empty(probers);
        for (int i = 0; i < words.length; i++) {
            NodeId node = BY_RANK.get(i);
            HealthState state = state(words[i].charAt(words[i].length() - 1));
            view = switch (words[i].charAt(0)) {
                case '-' -> view.with(report(node, 1, 1), NOW_MS);
                case 'd' -> view.with(report(node, 1, 1, says(state)), DEAD_MS);
                case 'l' -> view.with(leaves(node, 1, 1, state), NOW_MS);
                case 'i' -> view.with(inherits(node, 1, 1, state), NOW_MS);
                case 'f' ->
                    view.with(report(node, 1, 1, says(state)), NOW_MS)
                            .with(report(node, 2, 1, says(HealthState.INITIAL)), NOW_MS);
                default -> view.with(report(node, 1, 1, says(state)), NOW_MS);
            };
        }
        return view;
    }

    @Test
    void aSeatAndAVerdictAreOfOneBoot() {
        NodeId node = BY_RANK.getFirst();
        Prober other = new Prober(BY_RANK.get(1), 1);
        HealthView before = HealthView.empty(1)
                .with(report(other.node(), 1, 1, says(HealthState.HEALTHY)), NOW_MS)
                .with(report(node, 1, 9, says(HealthState.HEALTHY)), NOW_MS);
        assertThat(isAssigned(before, new Prober(node, 1))).isTrue();
        assertThat(isAssigned(before, other)).isFalse();
        assertThat(haveVerdicts(before, other)).isTrue();

        HealthView again = before.with(report(node, 2, 1, says(HealthState.INITIAL)), NOW_MS);
        assertThat(isAssigned(again, new Prober(node, 1))).isFalse();
        assertThat(isAssigned(again, new Prober(node, 2))).isTrue();
        assertThat(haveVerdicts(again, other)).as("not by its former boot").isFalse();
        assertThat(again.with(report(node, 1, 99, says(HealthState.HEALTHY)), NOW_MS))
                .as("a late report of the former boot")
                .isSameAs(again);

        HealthView found = again.with(report(node, 2, 2, says(HealthState.UNHEALTHY)), NOW_MS);
        assertThat(haveVerdicts(found, other)).isTrue();
        assertThat(found.health(A1, A, NOW_MS).state()).isEqualTo(HealthState.UNHEALTHY);
    }

    @Test
    void aFormerBootsWordIsForgottenOnceReplaced() {
        NodeId node = BY_RANK.getFirst();
        HealthView view = HealthView.empty(1)
                .with(report(node, 1, 1, says(HealthState.HEALTHY)), NOW_MS)
                .with(report(node, 2, 1, says(HealthState.UNHEALTHY)), NOW_MS)
                .with(report(node, 2, 2, says(HealthState.INITIAL)), NOW_MS);

        assertThat(view.health(A1, A, NOW_MS).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void wordsTakenOverDoNotCountWhereTheyMustNot() {
        HealthView view = HealthView.empty(2)
                .with(inherits(BY_RANK.get(0), 1, 1, HealthState.UNHEALTHY), NOW_MS)
                .with(report(BY_RANK.get(1), 1, 1, says(HealthState.INITIAL)), NOW_MS);
        GroupVerdicts verdicts = view.verdicts(A1.group(), NOW_MS);

        assertThat(verdicts.health(A1, A, true).state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(verdicts.health(A1, A, false).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void saysWhoFoundWhat() {
        HealthView view = view(2, "H", "U", "dU", "iU", "S", "H");

        assertThat(view.verdicts(A1.group(), NOW_MS).words(A1, A))
                .extracting(word -> word.source() + " " + word.health().state())
                .containsExactlyInAnyOrder(
                        BY_RANK.get(0) + " HEALTHY", BY_RANK.get(1) + " UNHEALTHY", BY_RANK.get(5) + " HEALTHY");
    }

    private static boolean isAssigned(HealthView view, Prober prober) {
        return view.verdicts(A1.group(), NOW_MS).isAssigned(prober, A1, A);
    }

    private static boolean haveVerdicts(HealthView view, Prober butFor) {
        return view.verdicts(A1.group(), NOW_MS).haveVerdicts(butFor, A1, A);
    }
}
