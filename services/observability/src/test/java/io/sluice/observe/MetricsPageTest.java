// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.MetricName;
import io.sluice.model.metric.PacketPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MetricsPageTest {

    @BeforeAll
    static void writeWhereAskedTo() throws IOException {
        if (Boolean.getBoolean(MetricsPage.WRITE)) {
            Files.writeString(MetricsPage.FILE, MetricsPage.text());
        }
    }

    private static List<String> undocumented(String page) {
        return Stream.of(
                        Arrays.stream(MetricName.values()).map(MetricName::text),
                        Arrays.stream(MetricName.values()).flatMap(name -> name.labels().stream()),
                        Arrays.stream(PacketPlace.values()).map(PacketPlace::text),
                        Arrays.stream(DropReason.values()).map(DropReason::text))
                .flatMap(names -> names)
                .distinct()
                .filter(name -> !page.contains("`" + name + "`"))
                .toList();
    }

    @Test
    void documentsEveryMetricLabelPlaceAndReason() throws IOException {
        assertThat(undocumented(Files.readString(MetricsPage.FILE)))
                .as("not in docs/metrics.md; write it anew with: " + MetricsPage.COMMAND)
                .isEmpty();
    }

    @Test
    void saysWhatTheCodeSays() throws IOException {
        assertThat(Files.readString(MetricsPage.FILE))
                .as("docs/metrics.md is not what the code says; write it anew with: " + MetricsPage.COMMAND)
                .isEqualTo(MetricsPage.text());
    }

    @Test
    void namesWhatIsMissing() {
        String page = MetricsPage.text()
                .replace("`sluice_flows`", "")
                .replace("`tcp_not_syn`", "")
                .replace("`decision`", "");
        assertThat(undocumented(page)).containsExactly("sluice_flows", "decision", "tcp_not_syn");
    }
}
