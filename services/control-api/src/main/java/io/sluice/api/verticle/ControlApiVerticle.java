// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.Settlement;
import io.sluice.api.WriteWorkers;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the configuration and gathers what the admin routes show of the cluster.
 *
 * <p>The configuration that this process made is published at start, when there is another, and every
 * {@value #REPUBLISH_MS} ms, so that a lost message heals itself; another process's, while a node is behind; and for a
 * while what lost here to another branch. A target that has drained leaves it in time. In a cluster it is settled
 * at the start, and every {@value #SETTLE_EVERY_MS} ms, what was agreed on while nobody heard of it.
 */
public final class ControlApiVerticle extends VerticleBase {

    private static final long REPUBLISH_MS = 2_000;

    /** Longest wait until it is asked again what has drained: another process may have let something drain. */
    private static final long DRAINED_MS_MAX = 1_000;

    /** How often it is found out what was agreed on. */
    private static final long SETTLE_EVERY_MS = 60_000;

    /** The same after an attempt in vain, and after the start. */
    private static final long UNSETTLED_MS = 2_000;

    /** The attempt in vain from which on it is said. */
    private static final int UNSETTLED_SAID = 5;

    private final TypedBus bus;
    private final ClusterView cluster;
    private final ConfigDesk desk;
    private final @Nullable Settlement settlement;
    private final StoreFailures storeFailures = new StoreFailures();

    /**
     * @param bus where events come from and the configuration goes to
     * @param cluster filled by this verticle, read by the routes
     * @param desk makes the revisions that are published
     * @param settlement what is to be settled with other nodes; null where there are none
     */
    public ControlApiVerticle(TypedBus bus, ClusterView cluster, ConfigDesk desk, @Nullable Settlement settlement) {
        this.bus = bus;
        this.cluster = cluster;
        this.desk = desk;
        this.settlement = settlement;
    }

    @Override
    public Future<?> start() {
        // for as long as the verticle is deployed: threads come and go otherwise
        WriteWorkers.hold(vertx);
        var listening = Future.all(
                bus.listen(BusAddresses.NODE_STATUS, cluster::accept).ready(),
                bus.listen(BusAddresses.TARGET_OBSERVED, cluster::accept).ready());
        listening.onSuccess(all -> {
            publish(bus, desk);
            vertx.setPeriodic(REPUBLISH_MS, timer -> publish(bus, desk));
            removeDrained();
            Settlement due = settlement;
            if (due != null) {
                vertx.setTimer(UNSETTLED_MS, timer -> settle(due, 1));
            }
        });
        return listening;
    }

    /** Soon where it could not be done, else now and then: a writer may have vanished before anybody heard of what it wrote. */
    private void settle(Settlement due, int attempt) {
        WriteWorkers.run(vertx, () -> {
                    due.settle();
                    return true;
                })
                .onSuccess(settled -> publish(bus, desk))
                .onFailure(failure -> {
                    // nodes that start together take a while to find each other
                    if (attempt >= UNSETTLED_SAID) {
                        storeFailures.say(failure);
                    }
                })
                .onComplete(done -> {
                    if (done.failed()) {
                        vertx.setTimer(UNSETTLED_MS, timer -> settle(due, attempt + 1));
                    } else {
                        vertx.setTimer(SETTLE_EVERY_MS, timer -> settle(due, 1));
                    }
                });
    }

    /** Publishes the configuration, where this process has to; from any thread. */
    public static void publish(TypedBus bus, ConfigDesk desk) {
        desk.toPublish().forEach(revision -> bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision)));
    }

    /** Writes to the store: not on the event loop. */
    private void removeDrained() {
        WriteWorkers.run(vertx, desk::removeDrained)
                .onSuccess(removed -> {
                    if (removed) {
                        publish(bus, desk);
                    }
                })
                .onFailure(storeFailures::say)
                .onComplete(done -> {
                    long untilMs = done.failed()
                            ? DRAINED_MS_MAX
                            : desk.untilDrainedMs().orElse(DRAINED_MS_MAX);
                    vertx.setTimer(Math.clamp(untilMs, 1, DRAINED_MS_MAX), timer -> removeDrained());
                });
    }
}
