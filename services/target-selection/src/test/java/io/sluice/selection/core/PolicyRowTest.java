// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.FailOpen;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decision table row by row, as the node of AZ1 sees it: states of AZ1 / states of AZ2. */
class PolicyRowTest {

    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");

    @ParameterizedTest(name = "{0}: cross-zone {1}, {2} / {3}, {4}")
    @CsvSource({
        "T1a, off, HU, HH, FORWARD",
        "T1a, off, HU, UU, FORWARD",
        "T1b, off, UU, HH, FORWARD",
        "T1b, off, UU, -,  FORWARD",
        "T2a, on,  UU, HH, FORWARD",
        "T2b, on,  HU, HH, FORWARD",
        "T2c, on,  UU, UU, FORWARD",
        "T3a, off, HH, UU, FORWARD",
        "T3b, off, UU, UU, FORWARD",
        "T3c, on,  HH, UU, FORWARD",
        "T3d, off, -,  HH, FORWARD",
        "T3d, on,  -,  -,  FORWARD",
        "T3h, off, UI, HH, FORWARD",
        "T3h, on,  II, UU, FORWARD",
        "T3i, off, H,  HHH, FORWARD",
        "T3i, on,  H,  HHH, FORWARD",
        "T18, off, DD, HH, FORWARD",
        "T18, on,  DD, D,  FORWARD",
        "T1a, off, DHU, H, DROP",
        "fail-open-drop, off, UU, HH, DROP",
        "fail-open-drop, on, UU, UI, DROP",
        "fail-open-bypass, off, UU, HH, BYPASS",
    })
    void namesTheRow(String id, String crossZone, String az1, String az2, FailOpen failOpen) {
        List<FailureDecision.Candidate> candidates = new ArrayList<>();
        add(candidates, AZ1, az1);
        add(candidates, AZ2, az2);
        boolean on = crossZone.equals("on");
        Set<Zone> enabled = Set.of(AZ1, AZ2);
        FailureDecision decision = FailureDecision.decide(AZ1, on, enabled, failOpen, candidates);
        assertThat(PolicyRow.of(decision.outcome(), AZ1, on, enabled, candidates)
                        .id())
                .isEqualTo(id);
    }

    private static void add(List<FailureDecision.Candidate> candidates, Zone zone, String states) {
        for (char state : states.replace("-", "").toCharArray()) {
            candidates.add(new FailureDecision.Candidate(
                    candidates.size(),
                    zone,
                    switch (state) {
                        case 'H' -> HealthState.HEALTHY;
                        case 'U' -> HealthState.UNHEALTHY;
                        case 'I' -> HealthState.INITIAL;
                        default -> HealthState.DRAINING;
                    }));
        }
    }
}
