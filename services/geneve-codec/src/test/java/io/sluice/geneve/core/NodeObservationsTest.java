// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.TargetObserved.Observation;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeObservationsTest {

    private static final TargetRef FIRST = new TargetRef(new TargetGroupId("firewalls"), new TargetId("fw-1"), 1);
    private static final TargetRef SECOND = new TargetRef(new TargetGroupId("firewalls"), new TargetId("fw-2"), 1);

    private final NodeObservations node = new NodeObservations(3);

    @Test
    void sumsWhatEachShardSawOfATarget() {
        node.put(0, List.of(new Observation(FIRST, 1, 20, 300, 4_000, 50_000)));
        node.put(
                2,
                List.of(new Observation(FIRST, 2, 30, 400, 5_000, 60_000), new Observation(SECOND, 7, 8, 9, 10, 11)));
        assertThat(node.sums())
                .containsExactlyInAnyOrder(
                        new Observation(FIRST, 3, 50, 700, 9_000, 110_000), new Observation(SECOND, 7, 8, 9, 10, 11));
    }

    @Test
    void whatAShardPutsReplacesWhatItPutBefore() {
        node.put(1, List.of(new Observation(FIRST, 1, 1, 1, 1, 1)));
        node.put(1, List.of(new Observation(FIRST, 2, 2, 2, 2, 2)));
        assertThat(node.sums()).containsExactly(new Observation(FIRST, 2, 2, 2, 2, 2));
        node.put(1, List.of());
        assertThat(node.sums()).isEmpty();
    }

    @Test
    void oneShardSpeaksForItself() {
        ShardObservations alone = ShardObservations.alone();
        assertThat(alone.speaks()).isTrue();
        alone.put(List.of(new Observation(FIRST, 1, 1, 1, 1, 1)));
        assertThat(alone.node().sums()).hasSize(1);
    }
}
