// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayMetricTest {

    @Test
    void countsOfProcessesAddUp() {
        assertThat(GatewayMetric.of(
                        List.of(
                                "sluice_packets_total{place=\"link-in\"} 3\nsluice_packets_total{place=\"link-out\"} 4",
                                "sluice_packets_total{place=\"link-in\"} 5",
                                "other 1"),
                        "sluice_packets_total",
                        "link-in"))
                .isEqualTo(8);
    }

    @Test
    void whatAllSayOfTheGatewayIsSaidOnce() {
        assertThat(GatewayMetric.of(
                        List.of("sluice_config_revision 2", "sluice_config_revision 2", "other 1"),
                        "sluice_config_revision",
                        ""))
                .isEqualTo(2);
    }

    @Test
    void whileProcessesDisagreeAboutTheGatewayThereIsNoNumber() {
        assertThat(GatewayMetric.of(
                        List.of("sluice_target_healthy{zone=\"az1\"} 2", "sluice_target_healthy{zone=\"az1\"} 1"),
                        "sluice_target_healthy",
                        ""))
                .isNaN();
    }

    /** {@code sluice_targets_probed} begins like {@code sluice_targets}. */
    @Test
    void anotherNameThatBeginsAlikeIsAnotherMetric() {
        assertThat(GatewayMetric.of(
                        List.of("sluice_targets{zone=\"az1\"} 2", "sluice_targets_probed 1"), "sluice_targets", ""))
                .isEqualTo(2);
    }
}
