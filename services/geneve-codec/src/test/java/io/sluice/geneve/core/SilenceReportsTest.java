// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static io.sluice.geneve.core.CodecRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.id.TargetRef;
import io.sluice.model.metric.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard that does not probe. */
class SilenceReportsTest {

    private final TargetDirectory targets = new TargetDirectory(index -> false);
    private final List<TargetRef> reported = new ArrayList<>();
    private final SilenceReports watch = new SilenceReports(targets, reported::add);
    private long nowMs = 5_000;

    @BeforeEach
    void watched() {
        GatewayModel model = new GatewayModel(
                List.of(AZ1, AZ2),
                List.of(group(DataPathProbe.DEFAULT, new PassiveDetection(true, 300), target(1), target(3))),
                List.of(),
                List.of());
        targets.update(model);
        watch.update(model);
        tick(100);
    }

    private void tick(long ms) {
        for (long passed = 0; passed < ms; passed += TICK_MS) {
            nowMs += TICK_MS;
            watch.tick(nowMs, (verdict, before) -> {
                throw new AssertionError("it has no verdict of its own");
            });
        }
    }

    @Test
    void reportsASilenceOnceAndHasNoVerdictItself() {
        int silent = targets.indexOf(ref(1));
        for (int packet = 0; packet < SilenceDetector.EXPECTED_MIN; packet++) {
            targets.expectsReturn(silent);
        }
        tick(1_000);
        assertThat(reported).containsExactly(ref(1));
        assertThat(watch.verdicts()).isEmpty();
    }

    @Test
    void whatCallsItselfAProbesAnswerHereIsNone() {
        assertThat(watch.answer(0, 40, 0x0800, 1, address(1), NODE_AZ1)).isEqualTo(DropReason.PROBE_CHANGED);
    }
}
