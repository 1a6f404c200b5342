// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.selection.feed.TargetSets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The process's ear for configuration and health: what comes over the bus goes into {@link TargetSets}.
 *
 * <p><b>Threading</b>: a worker, or it does not start: large messages are read and snapshots made here, so that no loop that
 * packets wait for has to. Reports that have queued up meanwhile make one snapshot.
 */
public final class TargetSetVerticle extends VerticleBase {

    /** How often the time alone may change the snapshot. */
    private static final long ADVANCE_EVERY_MS = 1_000;

    private final TypedBus bus;
    private final TargetSets targetSets;
    private final Consumer<ConfigChanged> configurations;
    private final List<BusRegistration> registrations = new ArrayList<>();
    private final Promise<Void> heard = Promise.promise();

    /**
     * @param bus where inputs come from
     * @param targetSets what they are put into
     * @param configurations takes each configuration that is heard: the target sets themselves, or who keeps it first; it does
     *     not wait
     */
    public TargetSetVerticle(TypedBus bus, TargetSets targetSets, Consumer<ConfigChanged> configurations) {
        this.bus = bus;
        this.targetSets = targetSets;
        this.configurations = configurations;
    }

    @Override
    public Future<?> start() {
        if (!context.isWorkerContext()) {
            return Future.failedFuture("target sets are made on a worker: deploy with that threading model");
        }
        vertx.setPeriodic(ADVANCE_EVERY_MS, timer -> targetSets.advance());
        registrations.add(bus.listen(BusAddresses.CONFIG_CHANGED, configurations));
        registrations.add(bus.listen(BusAddresses.HEALTH_CHANGED, this::hear));
        return Future.all(registrations.stream().map(BusRegistration::ready).toList());
    }

    /** Completes once the first report of a prober is in the snapshot. Nobody says when there will be one. */
    public Future<?> heard() {
        return heard.future();
    }

    @Override
    public Future<?> stop() {
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    private void hear(HealthChanged report) {
        if (targetSets.accept(report)) {
            // behind the reports that wait already
            context.runOnContext(turn -> {
                targetSets.handOut("health");
                heard.tryComplete();
            });
        }
    }
}
