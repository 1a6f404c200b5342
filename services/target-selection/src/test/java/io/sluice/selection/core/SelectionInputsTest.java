// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.A2;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static io.sluice.selection.core.Fixture.model;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.revision;
import static io.sluice.selection.core.Fixture.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionInputsTest {

    private final SelectionInputs inputs = new SelectionInputs(revision(5, A1, A2));

    @Test
    void keepsTheSnapshotWhileInputsOnlyRepeat() {
        assertThat(inputs.accept(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)), NOW_MS))
                .isTrue();
        TargetSetSnapshot snapshot = inputs.snapshot();

        assertThat(inputs.accept(revision(5, A1, A2))).isFalse();
        assertThat(inputs.accept(report(NODE_1, 1, 2, says(A1, HealthState.HEALTHY)), NOW_MS))
                .isFalse();
        assertThat(inputs.snapshot()).isSameAs(snapshot);
    }

    @Test
    void higherRevisionWins() {
        assertThat(inputs.accept(revision(4, A1))).isFalse();
        assertThat(inputs.snapshot().revisionNumber()).isEqualTo(5);

        assertThat(inputs.accept(revision(6, A1))).isTrue();
        assertThat(inputs.snapshot().revisionNumber()).isEqualTo(6);
        assertThat(inputs.snapshot().indexOf(ref(A2))).isNegative();
    }

    @Test
    void revisionsOfOneNumberSettleAlikeWhateverTheirOrder() {
        ConfigRevision ofNode1 = new ConfigRevision(5, NODE_1, model(Stickiness.FIVE_TUPLE, List.of(A1)));
        ConfigRevision ofNode2 = new ConfigRevision(5, NODE_2, model(Stickiness.FIVE_TUPLE, List.of(A2)));
        SelectionInputs first = new SelectionInputs(ofNode1);
        SelectionInputs second = new SelectionInputs(ofNode2);

        assertThat(first.accept(ofNode2)).isTrue();
        assertThat(second.accept(ofNode1)).isFalse();
        assertThat(first.snapshot().identity()).isEqualTo(second.snapshot().identity());
    }

    @Test
    void authorThatStartedOverReplacesItsOwnRevision() {
        assertThat(inputs.accept(revision(5, A1))).isTrue();
        assertThat(inputs.snapshot().indexOf(ref(A2))).isNegative();
    }

    @Test
    void repetitionStillAdvancesTheSequence() {
        inputs.accept(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)), NOW_MS);
        inputs.accept(report(NODE_1, 1, 3, says(A1, HealthState.HEALTHY)), NOW_MS);

        assertThat(inputs.accept(report(NODE_1, 1, 2, says(A1, HealthState.UNHEALTHY)), NOW_MS))
                .as("overtaken by a report that said nothing new")
                .isFalse();
    }

    @Test
    void healthHeardBeforeItsConfigurationCountsOnceThatIsThere() {
        SelectionInputs early = new SelectionInputs(revision(0));
        early.accept(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)), NOW_MS);
        early.accept(revision(1, A1));

        assertThat(early.snapshot().healthOf(early.snapshot().indexOf(ref(A1))).state())
                .isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void fallingSilentAndSpeakingAgainChangeTheSnapshot() {
        inputs.accept(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)), NOW_MS);
        inputs.accept(report(NODE_2, 1, 1, says(A1, HealthState.UNHEALTHY)), NOW_MS + 4_000);
        int index = inputs.snapshot().indexOf(ref(A1));
        assertThat(inputs.snapshot().healthOf(index).state()).isEqualTo(HealthState.HEALTHY);

        assertThat(inputs.advance(NOW_MS + 7_000)).isFalse();
        assertThat(inputs.advance(NOW_MS + 7_001)).isTrue();
        assertThat(inputs.snapshot().healthOf(index).state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(inputs.advance(NOW_MS + 7_002)).isFalse();

        assertThat(inputs.accept(report(NODE_1, 1, 2, says(A1, HealthState.HEALTHY)), NOW_MS + 8_000))
                .as("it says what it said, but it counts again")
                .isTrue();
        assertThat(inputs.snapshot().healthOf(index).state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void configurationKeepsTheTimeOfTheLastInput() {
        inputs.accept(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)), NOW_MS);
        inputs.accept(report(NODE_2, 1, 1, says(A1, HealthState.UNHEALTHY)), NOW_MS + 8_000);
        inputs.accept(revision(6, A1));

        assertThat(inputs.snapshot()
                        .healthOf(inputs.snapshot().indexOf(ref(A1)))
                        .state())
                .isEqualTo(HealthState.UNHEALTHY);
    }
}
