// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest configuration that is published; tried again with the next word where that fails. */
final class LastKnownGoodVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(LastKnownGoodVerticle.class);

    private final TypedBus bus;
    private final LastKnownGood copy;

    LastKnownGoodVerticle(TypedBus bus, LastKnownGood copy) {
        this.bus = bus;
        this.copy = copy;
    }

    @Override
    public Future<?> start() {
        return bus.listen(BusAddresses.CONFIG_CHANGED, this::hear).ready();
    }

    private void hear(ConfigChanged message) {
        if (!copy.lacks(message.revision())) {
            return;
        }
        vertx.executeBlocking(() -> {
                    copy.keep(message.revision());
                    return true;
                })
                .onFailure(failed -> LOG.atWarn()
                        .addKeyValue("event", "last_known_good_not_kept")
                        .addKeyValue("revision", message.revision().number())
                        .log("{}", failed.getMessage()));
    }
}
