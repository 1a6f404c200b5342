// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.LeaseDesk;
import io.sluice.api.WriteWorkers;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.LeaseKept;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Looks every {@value LeaseDesk#PACE_MS} ms whose lease has ended, and publishes the revision without them; brings what other
 * nodes were asked about leases.
 */
public final class LeasesVerticle extends VerticleBase {

    private final TypedBus bus;
    private final LeaseDesk leases;
    private final Runnable publisher;
    private final StoreFailures storeFailures = new StoreFailures();

    /**
     * @param bus where other nodes tell of leases
     * @param leases the leases
     * @param publisher publishes a new revision; called from any thread
     */
    public LeasesVerticle(TypedBus bus, LeaseDesk leases, Runnable publisher) {
        this.bus = bus;
        this.leases = leases;
        this.publisher = publisher;
    }

    @Override
    public Future<?> start() {
        turn();
        return bus.listen(BusAddresses.LEASE_KEPT, this::heard).ready();
    }

    /** Where its duration is another one it goes to the disk. */
    private void heard(LeaseKept elsewhere) {
        WriteWorkers.renew(vertx, () -> {
            leases.heard(elsewhere);
            return true;
        });
    }

    /** One look after the other: a slow one delays the next. */
    private void turn() {
        WriteWorkers.run(vertx, leases::endOverdue).onComplete(looked -> {
            if (looked.failed()) {
                storeFailures.say(looked.cause());
            } else if (looked.result()) {
                publisher.run();
            }
            vertx.setTimer(LeaseDesk.PACE_MS, timer -> turn());
        });
    }
}
