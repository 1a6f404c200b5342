// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawTest {

    private static List<Change> changes(long seed, int count) {
        Draw draw = new Draw(seed, Draft.initial());
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Change change = draw.next();
            draw.done(change);
            draw.revision(i);
            if (draw.leased().isPresent() && i % 10 == 9) {
                draw.leaseEnded();
            }
            changes.add(change);
        }
        return changes;
    }

    @Test
    void equalSeedsDrawEqualChanges() {
        assertThat(changes(7, 300)).isEqualTo(changes(7, 300)).isNotEqualTo(changes(8, 300));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_126})
    void everyChangeLeavesATargetInEachZoneAndNoContradiction(long seed) {
        Draft before = Draft.initial();
        for (Change change : changes(seed, 1_000)) {
            Draft after = new Draft(change.after());
            assertThat(after.isValidAfter(before)).as(change.toString()).isTrue();
            before = after;
        }
    }

    @Test
    void drawsOverTheWholeAdminPort() {
        Set<String> paths = changes(3, 3_000).stream()
                .map(change -> change.method() + " "
                        + Stream.of(change.path().split("[/?]", -1))
                                .skip(2)
                                .limit(1)
                                .collect(Collectors.joining()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(paths)
                .contains(
                        "PUT config",
                        "POST config",
                        "POST load-balancers",
                        "PUT load-balancers",
                        "PATCH load-balancers",
                        "DELETE load-balancers",
                        "POST target-groups",
                        "PUT target-groups",
                        "PATCH target-groups",
                        "DELETE target-groups",
                        "POST endpoint-services",
                        "PATCH endpoint-services",
                        "DELETE endpoint-services",
                        "POST endpoints",
                        "PATCH endpoints",
                        "DELETE endpoints",
                        "PUT zones",
                        "DELETE zones",
                        "PUT tags",
                        "PATCH tags",
                        "POST tokens",
                        "DELETE tokens");
    }
}
