// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lab.report.Narrator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The plan of the second act is whole, and its rows are filled from it. */
class TablesTest {
    private static final SceneJudge.Finding RIGHT = new SceneJudge.Finding("new", "existing", "pairs", List.of());
    private static final SceneJudge.Finding WRONG =
            new SceneJudge.Finding("new", "existing", "pairs", List.of("something was wrong"));

    private final Narrator narrator =
            new Narrator(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    private final Rows rows = new Rows(narrator);

    @Test
    void everyRowIsShownOnceAndRecoversAfterwards() {
        Set<Row.Id> shown = EnumSet.noneOf(Row.Id.class);
        Set<Row.Id> recovered = EnumSet.noneOf(Row.Id.class);
        for (Scene scene : Tables.SCENES) {
            assertThat(shown).containsAll(scene.recovers());
            scene.recovers().forEach(id -> assertThat(recovered.add(id)).isTrue());
            scene.shows().forEach(id -> assertThat(shown.add(id)).isTrue());
        }
        assertThat(shown).containsExactly(Row.Id.values());
        assertThat(recovered)
                .contains(Row.Id.T1A, Row.Id.T1B, Row.Id.T2A, Row.Id.T2B, Row.Id.T2C, Row.Id.T5, Row.Id.T14);
    }

    @Test
    void namesOnlyAppliancesThatExist() {
        for (Scene scene : Tables.SCENES) {
            scene.healthy().forEach(Zone::appliance);
            assertThat(scene.newFlows().keySet()).containsExactlyInAnyOrder("az1", "az2");
            scene.newFlows().values().forEach(names -> names.forEach(Zone::appliance));
        }
    }

    @Test
    void aRowIsOkWhenItsRecoveryWasSeenToo() {
        Scene scene = shows(Row.Id.T1A);
        rows.note(scene, RIGHT, "done");
        assertThat(rows.rows()).singleElement().satisfies(row -> {
            assertThat(row.ok()).isFalse();
            assertThat(row.recovery()).isEqualTo("not seen yet");
        });

        rows.note(Tables.SCENES.get(1), RIGHT, "done");
        rows.note(recovers(Row.Id.T1A), RIGHT, "done");

        assertThat(rows.rows()).singleElement().satisfies(row -> {
            assertThat(row.ok()).isTrue();
            assertThat(row.recovery()).contains("new").contains("existing");
        });
        assertThat(narrator.allHeld()).isTrue();
    }

    @Test
    void aRowWhoseRecoveryFailsIsNotOk() {
        rows.note(shows(Row.Id.T1A), RIGHT, "done");
        rows.note(recovers(Row.Id.T1A), WRONG, "done");

        assertThat(rows.rows()).singleElement().satisfies(row -> {
            assertThat(row.ok()).isFalse();
            assertThat(row.detail()).isEqualTo("something was wrong");
        });
        assertThat(narrator.allHeld()).isFalse();
    }

    private static Scene shows(Row.Id id) {
        return Tables.SCENES.stream()
                .filter(s -> s.shows().contains(id))
                .findFirst()
                .orElseThrow();
    }

    private static Scene recovers(Row.Id id) {
        return new Scene(List.of(), Set.of(), shows(id).newFlows(), Scene.Existing.STAY, false, List.of(), List.of(id));
    }
}
