// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.address.BusAddress;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.Consumer;
import java.util.function.Function;

/** scratch */
public final class TypedBus {
    private final Vertx vertx;
    private static final DeliveryOptions OPT = new DeliveryOptions().setCodecName("scratch");
    /** scratch */
    public TypedBus(Vertx vertx, NodeId self, BusCounters counters) {
        this.vertx = vertx;
        vertx.eventBus().registerCodec(new MessageCodec<Object, Object>() {
            @Override
            public void encodeToWire(Buffer b, Object o) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Object decodeFromWire(int p, Buffer b) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Object transform(Object o) {
                return o;
            }

            @Override
            public String name() {
                return "scratch";
            }

            @Override
            public byte systemCodecID() {
                return -1;
            }
        });
    }
    /** scratch */
    public <Q, R> Future<R> request(BusAddress<Q, R> a, Q q) {
        return vertx.eventBus()
                .<R>request(a.name(), q, new DeliveryOptions(OPT).setSendTimeout(a.deadlineMs()))
                .map(m -> m.body());
    }
    /** scratch */
    public <Q> void publish(BusAddress<Q, Void> a, Q q) {
        vertx.eventBus().publish(a.name(), q, OPT);
    }
    /** scratch */
    public <Q, R> BusRegistration serve(BusAddress<Q, R> a, Function<Q, Future<R>> f) {
        var c = vertx.eventBus().<Q>consumer(a.name(), m -> f.apply(m.body()).onSuccess(r -> m.reply(r, OPT)));
        return c::unregister;
    }
    /** scratch */
    public <Q> BusRegistration listen(BusAddress<Q, Void> a, Consumer<Q> f) {
        var c = vertx.eventBus().<Q>consumer(a.name(), m -> f.accept(m.body()));
        return c::unregister;
    }
}
