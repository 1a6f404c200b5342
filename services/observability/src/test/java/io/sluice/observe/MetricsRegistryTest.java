// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.MetricName;
import io.sluice.model.metric.PacketPlace;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricsRegistryTest {

    private static final long LIMIT_S = 30;

    private final MetricsRegistry metrics = new MetricsRegistry();

    @AfterEach
    void close() {
        metrics.close();
    }

    private static long mark(String text, long kind) {
        return kind * 100_000 + (text.hashCode() & 0xFFFF);
    }

    /** Counts that tell where they come from. */
    private static final class Counts implements PacketTotals {

        @Override
        public long packets(PacketPlace place) {
            return mark(place.text(), 1);
        }

        @Override
        public long bytes(PacketPlace place) {
            return mark(place.text(), 2);
        }

        @Override
        public long drops(DropReason reason) {
            return mark(reason.text(), 3);
        }

        @Override
        public long held() {
            return 7;
        }
    }

    private static String[] labelValues(MetricName name) {
        return name.labels().stream().map(label -> "some-" + label).toArray(String[]::new);
    }

    @ParameterizedTest
    @EnumSource(MetricName.class)
    void showsEveryRegisteredNameWithItsKindHelpAndLabels(MetricName name) {
        metrics.register(name, new AtomicLong(42), AtomicLong::get, labelValues(name));
        String series = name.labels().isEmpty()
                ? name.text()
                : name.text() + "{"
                        + String.join(
                                ",",
                                name.labels().stream()
                                        .map(label -> label + "=\"some-" + label + "\"")
                                        .toList())
                        + "}";
        assertThat(metrics.scrape().lines())
                .contains(
                        "# HELP " + name.text() + " " + name.help(),
                        "# TYPE " + name.text() + " " + name.kind().name().toLowerCase(Locale.ROOT),
                        series + " 42.0");
    }

    @Test
    void readsAValueWhenSomebodyAsks() {
        AtomicLong flows = new AtomicLong(1);
        metrics.register(MetricName.FLOWS, flows, AtomicLong::get);
        assertThat(metrics.scrape()).contains("\nsluice_flows 1.0\n");
        flows.set(2);
        assertThat(metrics.scrape()).contains("\nsluice_flows 2.0\n");
    }

    @Test
    void showsPacketsBytesDropsAndHeldPacketsOfANode() {
        metrics.registerTraffic(new Counts());
        String scrape = metrics.scrape();
        for (PacketPlace place : PacketPlace.values()) {
            assertThat(scrape)
                    .contains(
                            "sluice_packets_total{place=\"%s\"} %d.0\n".formatted(place.text(), mark(place.text(), 1)))
                    .contains("sluice_bytes_total{place=\"%s\"} %d.0\n".formatted(place.text(), mark(place.text(), 2)));
        }
        for (DropReason reason : DropReason.values()) {
            assertThat(scrape)
                    .contains("sluice_drops_total{reason=\"%s\"} %d.0\n"
                            .formatted(reason.text(), mark(reason.text(), 3)));
        }
        assertThat(scrape).contains("\nsluice_packets_held 7.0\n");
    }

    @Test
    void keepsAliveWhatItReads() {
        metrics.register(MetricName.FLOWS, new AtomicLong(5), AtomicLong::get);
        System.gc();
        assertThat(metrics.scrape()).contains("\nsluice_flows 5.0\n");
    }

    @Test
    void refusesAWrongNumberOfLabelValues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> metrics.register(MetricName.DROPS, new AtomicLong(), AtomicLong::get))
                .withMessage("DROPS has labels [reason], got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> metrics.register(MetricName.FLOWS, new AtomicLong(), AtomicLong::get, "many"))
                .withMessage("FLOWS has labels [], got 1");
    }

    @Test
    void showsTheJvmAndVertx() throws TimeoutException {
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setMetricsOptions(metrics.vertxOptions()))
                .withMetrics(metrics.vertxFactory())
                .build();
        try {
            assertThat(vertx.isMetricsEnabled()).isTrue();
            assertThat(metrics.scrape())
                    .contains("# TYPE jvm_memory_used_bytes gauge")
                    .contains("\nvertx_");
        } finally {
            vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
        }
    }

    @Test
    void forgetsASeriesThatIsGoneAndTakesItAgain() {
        try (MetricsRegistry metrics = new MetricsRegistry()) {
            Object owner = new Object();
            metrics.register(MetricName.TARGETS, owner, o -> 3, "firewalls", "az1");
            metrics.register(MetricName.TARGETS, owner, o -> 4, "firewalls", "az2");
            metrics.unregister(MetricName.TARGETS, "firewalls", "az1");
            metrics.unregister(MetricName.TARGETS, "firewalls", "az9");
            assertThat(metrics.scrape())
                    .contains("target_group=\"firewalls\",zone=\"az2\"")
                    .doesNotContain("zone=\"az1\"");
            metrics.register(MetricName.TARGETS, owner, o -> 5, "firewalls", "az1");
            assertThat(metrics.scrape()).contains("zone=\"az1\"} 5.0");
        }
    }
}
