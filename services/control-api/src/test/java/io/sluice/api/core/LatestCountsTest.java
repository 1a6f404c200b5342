// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.TargetObserved;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rates of a steady stream, whenever a node's words come and whenever somebody looks. */
class LatestCountsTest {

    private static final TargetRef TARGET = new TargetRef(new TargetGroupId("firewalls"), new TargetId("10.1.0.11"), 1);

    /** What a node says after so long of a thousand packets a second, of which every tenth is rejected. */
    private static TargetObserved word(long ms) {
        return new TargetObserved(
                new NodeId("gw-1"),
                1,
                List.of(new TargetObserved.Observation(TARGET, ms, 100 * ms, ms * 9 / 10, 90 * ms, ms / 10)),
                List.of());
    }

    private static void steady(LatestCounts counts) {
        LatestCounts.PerSecond rate = counts.perSecond().get(TARGET);
        assertThat(rate).isNotNull();
        assertThat(rate.sentPackets()).isEqualTo(1_000, within(1.0));
        assertThat(rate.sentBytes()).isEqualTo(100_000, within(100.0));
        assertThat(rate.returnedPackets()).isEqualTo(900, within(1.0));
        assertThat(rate.returnedBytes()).isEqualTo(90_000, within(100.0));
        assertThat(rate.rejectedPackets()).isEqualTo(100, within(1.0));
    }

    @Test
    void saysASteadyRateAfterEachWord() {
        LatestCounts counts = LatestCounts.first(word(10_000), 10_000);
        assertThat(counts.perSecond()).isEmpty();
        for (long ms = 11_000; ms < 30_000; ms += 1_000) {
            counts = counts.and(word(ms), ms);
            steady(counts);
            assertThat(counts.words()).hasSizeLessThanOrEqualTo(4);
        }
        assertThat(counts.newest()).isEqualTo(word(29_000));
    }

    @Test
    void wordsOutOfTurnChangeNoRateAndTakeNoMemory() {
        LatestCounts counts = LatestCounts.first(word(0), 0);
        for (long ms = 1; ms < 10_000; ms += ms % 7 + 1) {
            counts = counts.and(word(ms), ms);
            if (ms > 3_000) { // before, a count more or less is much
                steady(counts);
            }
            assertThat(counts.words()).hasSizeLessThanOrEqualTo(12);
        }
    }

    @Test
    void aTargetThatIsSeenForTheFirstTimeHasARateAtOnce() {
        TargetObserved nothing = new TargetObserved(new NodeId("gw-1"), 1, List.of(), List.of());
        steady(LatestCounts.first(nothing, 0).and(word(1_000), 1_000));
    }
}
