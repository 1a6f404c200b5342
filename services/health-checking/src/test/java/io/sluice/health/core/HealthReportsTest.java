// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthReportsTest {

    private static final long BOOT_MS = 1_790_000_000_000L;

    private final HealthReports reports = new HealthReports(new NodeId("gw-1"), BOOT_MS, 2_000);

    @Test
    void aChangeIsToldAtOnceUnlessThereWasAReportJustNow() {
        assertThat(reports.waitMs(BOOT_MS)).as("nothing has been said yet").isZero();
        reports.next(List.of(), List.of(), BOOT_MS);
        assertThat(reports.waitMs(BOOT_MS)).isEqualTo(HealthReports.GAP_MS);
        assertThat(reports.waitMs(BOOT_MS + 20)).isEqualTo(HealthReports.GAP_MS - 20);
        assertThat(reports.waitMs(BOOT_MS + HealthReports.GAP_MS)).isZero();
        assertThat(reports.waitMs(BOOT_MS + 60_000)).isZero();
    }

    /** Ten thousand targets that turn healthy within a second: as many reports as gaps, each with all that turned till then. */
    @Test
    void manyChangesMakeFewReports() {
        int made = 0;
        long dueMs = Long.MAX_VALUE;
        reports.next(List.of(), List.of(), BOOT_MS);
        for (long nowMs = BOOT_MS; nowMs < BOOT_MS + 1_000; nowMs++) {
            for (int change = 0; change < 10; change++) {
                if (reports.changed()) {
                    dueMs = nowMs + reports.waitMs(nowMs);
                }
            }
            if (nowMs >= dueMs) {
                reports.next(List.of(), List.of(), nowMs);
                made++;
                dueMs = Long.MAX_VALUE;
            }
        }
        assertThat(made).isBetween(18, 20);
        assertThat(reports.next(List.of(), List.of(), BOOT_MS + 1_000).sequence())
                .isEqualTo(made + 2);
    }

    @Test
    void aReportIsDueAgainAlthoughNothingChanged() {
        reports.next(List.of(), List.of(), BOOT_MS);
        assertThat(reports.isDue(BOOT_MS + 1_999)).isFalse();
        assertThat(reports.isDue(BOOT_MS + 2_000)).isTrue();
    }
}
