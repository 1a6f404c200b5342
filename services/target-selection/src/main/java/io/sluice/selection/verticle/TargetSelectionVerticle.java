// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.sluice.selection.core.SelectionInputs;
import io.sluice.selection.core.TargetSelector;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers which target a new flow goes to, from the newest configuration and health it has heard.
 *
 * <p>A shell around {@link SelectionInputs} and {@link TargetSelector}. It answers from its initial configuration
 * before it has heard anything: a node decides before it has joined a cluster.
 *
 * <p><b>Threading</b>: one event loop an instance.
 */
public final class TargetSelectionVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(TargetSelectionVerticle.class);

    /** How often the time alone may change the snapshot. */
    private static final long ADVANCE_EVERY_MS = 1_000;

    private final TypedBus bus;
    private final NodeId self;
    private final LongSupplier nowMs;
    private final SelectionInputs inputs;
    private final List<BusRegistration> registrations = new ArrayList<>();

    /**
     * Selection for one node, not yet answering.
     *
     * @param self the node it answers at
     * @param initial configuration to start with
     * @param nowMs milliseconds since 1970 of a clock that never goes back: notices probers that are gone, and times
     *     slow starts
     */
    public TargetSelectionVerticle(TypedBus bus, NodeId self, ConfigRevision initial, LongSupplier nowMs) {
        this.bus = bus;
        this.self = self;
        this.nowMs = nowMs;
        this.inputs = new SelectionInputs(initial);
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(ADVANCE_EVERY_MS, _ -> advance());
        registrations.add(bus.listen(BusAddresses.CONFIG_CHANGED, this::configure));
        registrations.add(bus.listen(BusAddresses.HEALTH_CHANGED, this::hear));
        registrations.add(bus.serve(BusAddresses.TARGET_SELECT.at(self), this::select));
        return Future.all(registrations.stream().map(BusRegistration::ready).toList());
    }

    @Override
    public Future<?> stop() {
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    private Future<TargetSelectedBatch> select(TargetSelectBatch batch) {
        return Future.succeededFuture(TargetSelector.select(inputs.snapshot(), batch));
    }

    private void configure(ConfigChanged message) {
        if (inputs.accept(message.revision())) {
            log("configuration");
        }
    }

    private void hear(HealthChanged report) {
        if (inputs.accept(report, nowMs.getAsLong())) {
            log("health");
        }
    }

    private void advance() {
        if (inputs.advance(nowMs.getAsLong())) {
            log("time");
        }
    }

    private void log(String cause) {
        LOG.atInfo()
                .addKeyValue("event", "selection_changed")
                .addKeyValue("cause", cause)
                .addKeyValue("revision", inputs.snapshot().revisionNumber())
                .addKeyValue("snapshot", inputs.snapshot().identity())
                .log("new flows are decided anew");
    }
}
