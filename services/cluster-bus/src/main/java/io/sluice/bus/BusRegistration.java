// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;

/** One handler on the bus. Confined to nobody: both methods may be called from any thread. */
public final class BusRegistration {

    private final MessageConsumer<?> consumer;

    BusRegistration(MessageConsumer<?> consumer) {
        this.consumer = consumer;
    }

    /**
     * Completes when the registration is in the cluster. Members see it a moment later, each when its own view follows.
     */
    public Future<Void> ready() {
        return consumer.completion();
    }

    /** Takes the handler off the bus; a second call does nothing. */
    public Future<Void> close() {
        return consumer.isRegistered() ? consumer.unregister() : Future.succeededFuture();
    }
}
