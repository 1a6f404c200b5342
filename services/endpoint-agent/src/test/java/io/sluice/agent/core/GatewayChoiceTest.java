// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which node of a list is used, on a clock that the test moves: nodes are up or down, and answer at once. */
class GatewayChoiceTest {

    private static final long SEED = 20_261_126L;
    private static final long MS = 1_000_000L;

    /** Near its overflow: times are compared by difference. */
    private final long startNs = Long.MAX_VALUE - 2_000 * MS;

    private final List<KeepAlive> nodes = new ArrayList<>();
    private final boolean[] up = new boolean[3];
    private final GatewayChoice choice;
    private final List<String> changes = new ArrayList<>();
    private long nowNs = startNs;

    GatewayChoiceTest() {
        SplittableRandom random = new SplittableRandom(SEED);
        Stream.generate(() -> new KeepAlive(startNs, KeepAlive.INTERVAL_OF_MANY_NS, random))
                .limit(up.length)
                .forEach(nodes::add);
        choice = new GatewayChoice(nodes, startNs);
    }

    private long elapsedMs() {
        return (nowNs - startNs) / MS;
    }

    private void pass(long durationMs) {
        long endMs = elapsedMs() + durationMs;
        while (elapsedMs() < endMs) {
            for (int i = 0; i < up.length; i++) {
                KeepAlive node = nodes.get(i);
                if (node.waitNs(nowNs) <= 0) {
                    node.sent(nowNs);
                    if (up[i]) {
                        node.answered(node.nonce(), nowNs);
                    }
                }
            }
            GatewayChoice.Reason reason = choice.update(nowNs);
            if (reason != GatewayChoice.Reason.NONE) {
                changes.add(reason + " " + choice.current());
            }
            nowNs += MS;
        }
    }

    private void up(int... which) {
        IntStream.range(0, up.length).forEach(i -> up[i] = IntStream.of(which).anyMatch(w -> w == i));
    }

    /** Until another node is used; how long that took. */
    private long passUntilChanged() {
        long fromMs = elapsedMs();
        int before = changes.size();
        while (changes.size() == before) {
            assertThat(elapsedMs() - fromMs).as("nothing changes").isLessThan(1_000_000);
            pass(1);
        }
        return elapsedMs() - fromMs;
    }

    @Test
    void theFirstNodeIsUsedWhileItAnswers() {
        up(0, 1, 2);
        pass(100_000);
        assertThat(choice.current()).isZero();
        assertThat(changes).isEmpty();
    }

    @Test
    void theNextNodeIsUsedWithinASecondOfTheFirstOnesDeath() {
        up(0, 1, 2);
        pass(5_000);
        up(1, 2);
        assertThat(passUntilChanged()).isLessThanOrEqualTo(810);
        assertThat(changes).containsExactly("SILENT 1");
    }

    @Test
    void aNodeThatIsDeadFromTheStartIsPassedOver() {
        up(2);
        assertThat(passUntilChanged()).isLessThanOrEqualTo(810);
        assertThat(changes).containsExactly("SILENT 2");
    }

    @Test
    void whereNoNodeAnswersTheOneInUseStaysAndTheFirstToAnswerIsUsed() {
        up(0);
        pass(1_000);
        up();
        pass(60_000);
        assertThat(changes).isEmpty();
        up(2);
        assertThat(passUntilChanged()).isLessThanOrEqualTo(210);
        assertThat(changes).containsExactly("SILENT 2");
    }

    @Test
    void anEarlierNodeIsUsedAgainOnceItHasAnsweredForTenSeconds() {
        up(1, 2);
        passUntilChanged();
        up(0, 1, 2);
        assertThat(passUntilChanged()).isBetween(10_000L, 10_210L);
        assertThat(changes).containsExactly("SILENT 1", "RETURNED 0");
    }

    @Test
    void aSilenceBeginsTheTenSecondsAnew() {
        up(1);
        passUntilChanged();
        for (int i = 0; i < 20; i++) {
            up(0, 1);
            pass(9_000);
            up(1);
            pass(1_000);
        }
        assertThat(changes).containsExactly("SILENT 1");
    }

    @Test
    void aNodeThatFailsSoonAfterEachReturnIsUsedAgainMoreAndMoreSeldom() {
        up(1);
        passUntilChanged();
        List<Long> waitedS = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            up(0, 1);
            waitedS.add(passUntilChanged() / 1_000);
            pass(2_000);
            up(1);
            assertThat(passUntilChanged()).as("it is left at once each time").isLessThanOrEqualTo(810);
        }
        assertThat(waitedS).containsExactly(10L, 20L, 40L, 80L, 160L, 300L, 300L);

        up(0, 1);
        passUntilChanged();
        pass(GatewayChoice.SETTLED_AFTER_S * 1_000);
        up(1);
        passUntilChanged();
        up(0, 1);
        assertThat(passUntilChanged() / 1_000).as("after a long stay").isEqualTo(10);
    }

    /** Returns to the first node and lets it fall silent after two seconds, until its waiting time is the longest. */
    private void growWaitingTimeOfTheFirst(int... others) {
        int[] all = IntStream.concat(IntStream.of(0), IntStream.of(others)).toArray();
        up(others);
        passUntilChanged();
        for (int i = 0; i < 6; i++) {
            up(all);
            passUntilChanged();
            pass(2_000);
            up(others);
            passUntilChanged();
        }
        changes.clear();
    }

    /** Where it is all that is left, it is used at once, and that tells nothing good of it. */
    @Test
    void aNodeThatComesAndGoesDoesNotLoseItsLongWaitByBeingUsedForAMomentForWantOfAnother() {
        growWaitingTimeOfTheFirst(1);
        up(0);
        assertThat(passUntilChanged()).isLessThanOrEqualTo(810);
        pass(2_000);
        up(1);
        assertThat(passUntilChanged()).isLessThanOrEqualTo(1_010);
        up(0, 1);
        assertThat(passUntilChanged() / 1_000).as("it waits as long as before").isEqualTo(300);
        assertThat(changes).containsExactly("SILENT 0", "SILENT 1", "RETURNED 0");
    }

    /** Of two that have both come a moment ago, the one that is known to go soon is used last. */
    @Test
    void aNodeThatHasLeftNobodyIsPreferredToAnEarlierOneThatComesAndGoes() {
        growWaitingTimeOfTheFirst(1);
        up(0, 1, 2);
        pass(3_000);
        up(0, 2);
        assertThat(passUntilChanged()).isLessThanOrEqualTo(810);
        assertThat(changes).containsExactly("SILENT 2");
    }

    /** A node that has just come back is worth less than one that was there all the time. */
    @Test
    void aNodeThatHasAnsweredForLongIsPreferredToAnEarlierOneThatHasNot() {
        up(1, 2);
        pass(20_000);
        up(0, 1, 2);
        pass(3_000);
        up(0, 2);
        passUntilChanged();
        assertThat(changes).containsExactly("SILENT 1", "SILENT 2");
    }

    /** Whatever nodes do, an earlier node is returned to less than once a minute, and the node in use never stays silent. */
    @Test
    void chanceNodesNeverMakeItFlap() {
        SplittableRandom random = new SplittableRandom(SEED);
        up(0, 1, 2);
        for (int second = 0; second < 3_600; second++) {
            for (int i = 0; i < 2; i++) {
                up[i] = random.nextInt(8) == 0 ? !up[i] : up[i];
            }
            pass(1_000);
        }
        long returns =
                changes.stream().filter(change -> change.startsWith("RETURNED")).count();
        assertThat(returns).as("seed %s: %s", SEED, changes).isLessThan(3_600 / 10 / 6);
        assertThat(up[2]).isTrue();
        assertThat(nodes.get(choice.current()).isSilent()).isFalse();
    }
}
