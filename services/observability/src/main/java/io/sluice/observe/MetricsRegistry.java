// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.MetricName;
import io.sluice.model.metric.PacketPlace;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * All metrics of one process: ours, read from their owners' counters when somebody asks, Vert.x's and the JVM's.
 *
 * <p>Hot-path counters are never Micrometer objects: a scrape reads them, packets do not know of it.
 *
 * <p><b>Threading</b>: from any thread.
 */
public final class MetricsRegistry implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    /** Micrometer keeps only weak references to what it reads; this keeps them alive. */
    private final Set<Object> owners = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    /** Registers the JVM's metrics. */
    public MetricsRegistry() {
        new JvmMemoryMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** What Vert.x must be built with so that its metrics come here. */
    public MetricsOptions vertxOptions() {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true));
    }

    /** The factory that goes with {@link #vertxOptions()}. */
    public VertxMetricsFactory vertxFactory() {
        return new MicrometerMetricsFactory(registry);
    }

    /**
     * Registers one series.
     *
     * @param name which metric
     * @param owner whose value it is; kept alive
     * @param value reads it; called by the scraping thread
     * @param labelValues one for each of the metric's labels, in order
     */
    public <T> void register(MetricName name, T owner, ToDoubleFunction<T> value, String... labelValues) {
        if (labelValues.length != name.labels().size()) {
            throw new IllegalArgumentException(name + " has labels " + name.labels() + ", got " + labelValues.length);
        }
        owners.add(owner);
        List<Tag> tags = tags(name, labelValues);
        switch (name.kind()) {
            case COUNTER ->
                FunctionCounter.builder(name.text(), owner, value)
                        .description(name.help())
                        .tags(Tags.of(tags))
                        .register(registry);
            case GAUGE ->
                Gauge.builder(name.text(), owner, value)
                        .description(name.help())
                        .tags(Tags.of(tags))
                        .register(registry);
        }
    }

    private static List<Tag> tags(MetricName name, String... labelValues) {
        List<Tag> tags = new ArrayList<>();
        for (int i = 0; i < labelValues.length; i++) {
            tags.add(Tag.of(name.labels().get(i), labelValues[i]));
        }
        return tags;
    }

    /** Removes one series, where it is there. */
    public void unregister(MetricName name, String... labelValues) {
        Meter meter = registry.find(name.text()).tags(tags(name, labelValues)).meter();
        if (meter != null) {
            registry.remove(meter);
        }
    }

    /** Registers packets, bytes, drops and held packets of a node's packet half. */
    public void registerTraffic(PacketTotals totals) {
        for (PacketPlace place : PacketPlace.values()) {
            register(MetricName.PACKETS, totals, t -> t.packets(place), place.text());
            register(MetricName.BYTES, totals, t -> t.bytes(place), place.text());
        }
        for (DropReason reason : DropReason.values()) {
            register(MetricName.DROPS, totals, t -> t.drops(reason), reason.text());
        }
        register(MetricName.PACKETS_HELD, totals, PacketTotals::held);
    }

    /** Everything in the Prometheus text form. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
