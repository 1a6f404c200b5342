// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ClusterView;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Publishes the configuration and gathers what the admin routes show of the cluster.
 *
 * <p>The configuration is published at start and every {@value #REPUBLISH_MS} ms, so that a lost message heals itself.
 */
public final class ControlApiVerticle extends VerticleBase {

    private static final long REPUBLISH_MS = 2_000;

    private final TypedBus bus;
    private final ClusterView cluster;
    private final boolean publishes;

    /**
     * @param bus where events come from and the configuration goes to
     * @param cluster filled by this verticle, read by the routes
     * @param publishes whether this process is the one whose configuration counts
     */
    public ControlApiVerticle(TypedBus bus, ClusterView cluster, boolean publishes) {
        this.bus = bus;
        this.cluster = cluster;
        this.publishes = publishes;
    }

    @Override
    public Future<?> start() {
        var listening = Future.all(
                bus.listen(BusAddresses.NODE_STATUS, cluster::accept).ready(),
                bus.listen(BusAddresses.HEALTH_CHANGED, cluster::accept).ready(),
                bus.listen(BusAddresses.CONFIG_CHANGED, cluster::accept).ready(),
                bus.listen(BusAddresses.TARGET_OBSERVED, cluster::accept).ready());
        if (publishes) {
            listening.onSuccess(all -> publishConfiguration());
            vertx.setPeriodic(REPUBLISH_MS, timer -> publishConfiguration());
        }
        return listening;
    }

    private void publishConfiguration() {
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(cluster.revision()));
    }
}
