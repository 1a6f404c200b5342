// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.wire.WireCodec;
import io.sluice.model.wire.WireCodecs;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;

/** Brings the codecs of all messages to a Vert.x; {@link TypedBus} does so by itself. */
public final class BusModule {

    private BusModule() {}

    /** Registers every codec that is not registered yet; may be called again. */
    public static void register(Vertx vertx) {
        for (WireCodec<?> codec : WireCodecs.ALL) {
            register(vertx.eventBus(), new RecordCodec<>(codec));
        }
    }

    private static void register(EventBus bus, RecordCodec<?> codec) {
        try {
            bus.registerCodec(codec);
        } catch (IllegalStateException registeredBefore) {
            // Two buses on one Vert.x, as in tests with two nodes: Vert.x cannot be asked, it only refuses. All codecs
            // of a name are alike, so the first one stays.
            return;
        }
    }
}
