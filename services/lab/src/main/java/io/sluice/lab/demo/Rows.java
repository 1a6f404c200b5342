// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.report.Narrator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known of each row: its columns for new and existing flows from the scene that shows it, its recovery column from
 * a later one. Each of the two is a check.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class Rows {
    private static final String NOT_YET = "not seen yet";
    private static final String NOTHING = "nothing to recover from";

    private final Narrator narrator;
    private final Map<Row.Id, Row> rows = new EnumMap<>(Row.Id.class);

    Rows(Narrator narrator) {
        this.narrator = narrator;
    }

    /** The rows that a scene is about, for people. */
    static String names(Scene scene) {
        Stream<String> shown = scene.shows().stream().map(Row.Id::text);
        Stream<String> recovered = scene.recovers().stream().map(id -> "recovery of " + id.text());
        return Stream.concat(shown, recovered).collect(Collectors.joining(", "));
    }

    /** Takes what a scene has shown. */
    void note(Scene scene, SceneJudge.Finding finding, String done) {
        String detail = finding.ok() ? done : FlowChecks.someOf(finding.problems());
        String seen = "new flows: " + finding.newFlows() + "; existing: " + finding.existingFlows();
        for (Row.Id id : scene.shows()) {
            String made = id == Row.Id.F5 ? finding.pairs() : finding.newFlows();
            String recovery = isRecovered(id) ? NOT_YET : NOTHING;
            rows.put(id, new Row(id, made, finding.existingFlows(), recovery, finding.ok(), detail));
            say(id.text(), finding, id == Row.Id.F5 ? made + "; " + seen : seen, detail);
        }
        for (Row.Id id : scene.recovers()) {
            Row row = rows.get(id);
            if (row == null) {
                throw new IllegalStateException(id + " recovers before it is shown");
            }
            String recovery = String.join("; ", scene.done(), finding.newFlows(), finding.existingFlows());
            rows.put(
                    id,
                    new Row(
                            id,
                            row.newFlows(),
                            row.existingFlows(),
                            recovery,
                            row.ok() && finding.ok(),
                            row.ok() ? (finding.ok() ? row.detail() : detail) : row.detail()));
            say(id.text() + "-recovery", finding, seen, detail);
        }
    }

    private void say(String name, SceneJudge.Finding finding, String seen, String detail) {
        narrator.check(name, finding.ok(), finding.ok() ? "ok, " + seen : "FAILED, " + detail + "; " + seen);
    }

    private static boolean isRecovered(Row.Id id) {
        return Tables.SCENES.stream().anyMatch(scene -> scene.recovers().contains(id));
    }

    /** The rows shown so far, in the order of the tables; one that still waits for its recovery is not ok. */
    List<Row> rows() {
        List<Row> all = new ArrayList<>();
        for (Row row : rows.values()) {
            boolean complete = !row.recovery().equals(NOT_YET);
            all.add(new Row(
                    row.id(), row.newFlows(), row.existingFlows(), row.recovery(), row.ok() && complete, row.detail()));
        }
        return all;
    }
}
