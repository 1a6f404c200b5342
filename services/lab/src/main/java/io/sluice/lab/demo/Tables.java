// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.demo.Scene.Existing;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The second act as data: Table 1 and Table 2 of the seed article (sheet 4.1) row by row, then failover and resets
 * (sheet 4.2, 4.3). What is expected is written down here, not computed.
 */
final class Tables {
    private static final String A1 = "fw-az1-a";
    private static final String B1 = "fw-az1-b";
    private static final String A2 = "fw-az2-a";
    private static final String B2 = "fw-az2-b";
    private static final Set<String> ALL = Set.of(A1, B1, A2, B2);
    private static final Set<String> ALL_BUT_A1 = Set.of(B1, A2, B2);
    private static final Set<String> ZONE1 = Set.of(A1, B1);
    private static final Set<String> ZONE2 = Set.of(A2, B2);

    /** The scenes in their order; each begins where the one before ended. */
    static final List<Scene> SCENES = List.of(
            // Table 1: cross-zone off
            scene(List.of(), ALL, ZONE1, ZONE2, shows(Row.Id.F5), recovers()),
            scene(List.of(new Change.Kill(A1)), ALL_BUT_A1, Set.of(B1), ZONE2, shows(Row.Id.T1A), recovers()),
            scene(List.of(new Change.Silence(List.of(B1))), ZONE2, ZONE1, ZONE2, shows(Row.Id.T1B), recovers()),
            scene(
                    List.of(new Change.Restore(List.of(A1, B1))),
                    ALL,
                    ZONE1,
                    ZONE2,
                    shows(Row.Id.T3F),
                    recovers(Row.Id.T1A, Row.Id.T1B)),
            // Table 2: cross-zone on. The flows made while all is well keep quiet until T5.
            new Scene(
                    List.of(new Change.Set("cross-zone", "true")),
                    ALL,
                    Map.of("az1", ALL, "az2", ALL),
                    Existing.STAY,
                    true,
                    shows(Row.Id.T3G),
                    recovers()),
            scene(List.of(new Change.Kill(A1)), ALL_BUT_A1, ALL_BUT_A1, ALL_BUT_A1, shows(Row.Id.T2B), recovers()),
            scene(List.of(new Change.Silence(List.of(B1))), ZONE2, ZONE2, ZONE2, shows(Row.Id.T2A), recovers()),
            scene(List.of(new Change.Silence(List.of(A2, B2))), Set.of(), ALL, ALL, shows(Row.Id.T2C), recovers()),
            scene(
                    List.of(new Change.Restore(List.of(B1, A2, B2))),
                    ALL_BUT_A1,
                    ALL_BUT_A1,
                    ALL_BUT_A1,
                    shows(Row.Id.T3E),
                    recovers(Row.Id.T2A, Row.Id.T2C)),
            // Failure signals: an appliance is still dead, and flows are pinned to it
            new Scene(
                    List.of(new Change.Set("on-unhealthy", "true")),
                    ALL_BUT_A1,
                    Map.of("az1", ALL_BUT_A1, "az2", ALL_BUT_A1),
                    Existing.RESET,
                    false,
                    shows(Row.Id.T14),
                    recovers()),
            new Scene(
                    List.of(new Change.Set("target-failover", "rebalance")),
                    ALL_BUT_A1,
                    Map.of("az1", ALL_BUT_A1, "az2", ALL_BUT_A1),
                    Existing.MOVE,
                    false,
                    shows(Row.Id.T5),
                    recovers(Row.Id.T14)),
            scene(
                    List.of(new Change.Restore(List.of(A1))),
                    ALL,
                    ALL,
                    ALL,
                    shows(Row.Id.T8),
                    recovers(Row.Id.T2B, Row.Id.T5)),
            scene(List.of(new Change.Set("cross-zone", "false")), ALL, ZONE1, ZONE2, shows(), recovers(Row.Id.T3G)));

    private Tables() {}

    private static Scene scene(
            List<Change> changes,
            Set<String> healthy,
            Set<String> newInZone1,
            Set<String> newInZone2,
            List<Row.Id> shows,
            List<Row.Id> recovers) {
        return new Scene(
                changes, healthy, Map.of("az1", newInZone1, "az2", newInZone2), Existing.STAY, false, shows, recovers);
    }

    private static List<Row.Id> shows(Row.Id... rows) {
        return List.of(rows);
    }

    private static List<Row.Id> recovers(Row.Id... rows) {
        return List.of(rows);
    }
}
