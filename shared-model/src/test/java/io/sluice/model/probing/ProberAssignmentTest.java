// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProberAssignmentTest {

    private static final Zone ZONE = new Zone("az1");
    private static final int TARGETS = 3_000;

    @Test
    void h2ATargetIsProbedByAsManyAsConfigured() {
        for (int count = 1; count <= 4; count++) {
            for (int target = 0; target < 50; target++) {
                assertThat(of(target, probers(6), count)).hasSize(count).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void h2AllProbeWhereThereAreFewer() {
        assertThat(of(1, probers(2), 3)).containsExactlyInAnyOrderElementsOf(probers(2));
        assertThat(of(1, List.of(), 3)).isEmpty();
    }

    @Test
    void targetsAreSharedOutEvenly() {
        Map<Prober, Integer> shares = new HashMap<>();
        for (int target = 0; target < TARGETS; target++) {
            of(target, probers(6), 2).forEach(prober -> shares.merge(prober, 1, Integer::sum));
        }

        int fair = TARGETS * 2 / 6;
        assertThat(shares).hasSize(6);
        assertThat(shares.values()).allSatisfy(share -> assertThat(share).isBetween(fair * 9 / 10, fair * 11 / 10));
    }

    /** The rule of minimal change, for one that leaves and, read backwards, for one that joins. */
    @Test
    void whoLeavesGivesUpItsOwnAndNothingElseMoves() {
        List<Prober> all = probers(5);
        for (Prober gone : all) {
            List<Prober> left =
                    all.stream().filter(prober -> !prober.equals(gone)).toList();
            int moved = 0;
            for (int target = 0; target < TARGETS; target++) {
                List<Prober> before = of(target, all, 2);
                List<Prober> after = of(target, left, 2);
                List<Prober> stayed = new ArrayList<>(before);
                stayed.remove(gone);
                assertThat(after).containsAll(stayed);
                moved += before.contains(gone) ? 1 : 0;
            }
            assertThat(moved).as("of %s", gone).isBetween(TARGETS * 2 / 5 * 9 / 10, TARGETS * 2 / 5 * 11 / 10);
        }
    }

    @Test
    void aRestartAndARegistrationMoveNothing() {
        for (int target = 0; target < 100; target++) {
            List<Prober> restarted = probers(5).stream()
                    .map(prober -> new Prober(prober.node(), prober.bootId() + 1_000))
                    .toList();
            assertThat(of(target, restarted, 2).stream().map(Prober::node))
                    .containsExactlyElementsOf(
                            of(target, probers(5), 2).stream().map(Prober::node).toList());
            TargetRef anew = new TargetRef(ref(target).group(), ref(target).id(), 77);
            assertThat(ProberAssignment.of(anew, ZONE, probers(5), 2)).isEqualTo(of(target, probers(5), 2));
        }
    }

    @Test
    void theOrderOfProbersDoesNotMatter() {
        assertThat(of(7, probers(5).reversed(), 3)).isEqualTo(of(7, probers(5), 3));
    }

    /** By a second implementation of the hash, in Python: nodes of two releases must agree. */
    @Test
    void ranksArePinned() {
        assertThat(ProberAssignment.rank(ref(0), ZONE, new NodeId("gw-0"))).isEqualTo(0x5EFD_C4A7_8898_AE9AL);
        assertThat(ProberAssignment.rank(ref(1), ZONE, new NodeId("gw-1"))).isEqualTo(0x2768_B393_AAB1_7AD4L);
    }

    @Test
    void refusesNumbersOfProbersThatAreNone() {
        assertThat(ProberAssignment.requireCount(1)).isEqualTo(1);
        assertThat(ProberAssignment.requireCount(16)).isEqualTo(16);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProberAssignment.requireCount(0))
                .withMessage("0 probers: expected 1 to 16");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthView.empty(17))
                .withMessage("17 probers: expected 1 to 16");
    }

    private static List<Prober> of(int target, List<Prober> live, int count) {
        return ProberAssignment.of(ref(target), ZONE, live, count);
    }

    private static TargetRef ref(int target) {
        return new TargetRef(
                new TargetGroupId("firewalls"), new TargetId("10.0.%d.%d".formatted(target / 250, target % 250)), 1);
    }

    private static List<Prober> probers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Prober(new NodeId("gw-" + i), 1_000 + i))
                .toList();
    }
}
