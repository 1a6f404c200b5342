// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.TypedBus;
import io.sluice.geneve.link.LinkDirectory;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.LinkHello;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says where this half of the packet path is reached, and hears where the other is: every {@value #HELLO_MS} ms, and once more
 * soon after somebody new was heard, who then need not wait. At its end it says so, and gives who hears it the time to send
 * packets elsewhere before the sockets close.
 *
 * <p><b>Threading</b>: an event loop of its own.
 */
public final class LinkHelloVerticle extends VerticleBase {

    private static final long HELLO_MS = 500;

    /** However many are new at once, this is how soon and how often they are answered. */
    private static final long ANSWER_MS = 50;

    /** From a goodbye to the end: a way over the bus, and packets that are under way. */
    private static final long LEAVING_MS = 250;

    private static final long NO_TIMER = -1;

    private static final Logger LOG = LoggerFactory.getLogger(LinkHelloVerticle.class);

    private final TypedBus bus;
    private final LinkDirectory directory;
    private final Function<NodeId, @Nullable String> announced;
    private final LongSupplier monotonicMs;
    private final AtomicLong refused;
    private final Runnable linked;
    private final List<BusRegistration> registrations = new ArrayList<>();

    /** What was last heard of each kind that is refused, so that it is logged when it begins. */
    private final Map<LinkDirectory.Word, NodeId> lastRefused = new EnumMap<>(LinkDirectory.Word.class);

    private final AtomicLong answerTimer = new AtomicLong(NO_TIMER);
    private final AtomicLong helloTimer = new AtomicLong(NO_TIMER);

    /**
     * @param bus where hellos are published
     * @param directory who is linked to
     * @param announced what the member of a node announces of itself
     * @param monotonicMs the clock that seals are made by
     * @param refused counts hellos that are not believed
     * @param linked told, each time, when the other half is known
     */
    public LinkHelloVerticle(
            TypedBus bus,
            LinkDirectory directory,
            Function<NodeId, @Nullable String> announced,
            LongSupplier monotonicMs,
            AtomicLong refused,
            Runnable linked) {
        this.bus = bus;
        this.directory = directory;
        this.announced = announced;
        this.monotonicMs = monotonicMs;
        this.refused = refused;
        this.linked = linked;
    }

    @Override
    public Future<?> start() {
        registrations.add(bus.listen(BusAddresses.LINK_HELLO, this::hear));
        registrations.add(bus.listen(BusAddresses.LINK_GOODBYE, this::hearGoodbye));
        helloTimer.set(vertx.setPeriodic(HELLO_MS, timer -> {
            directory.tick(monotonicMs.getAsLong());
            say();
        }));
        return Future.all(registrations.stream().map(BusRegistration::ready).toList())
                .onSuccess(ready -> say());
    }

    @Override
    public Future<?> stop() {
        // a hello behind the goodbye would be a new peer to who has just started
        vertx.cancelTimer(helloTimer.get());
        vertx.cancelTimer(answerTimer.getAndSet(NO_TIMER));
        bus.publish(BusAddresses.LINK_GOODBYE, directory.goodbye(monotonicMs.getAsLong()));
        return Future.join(registrations.stream().map(BusRegistration::close).toList())
                .transform(closed -> vertx.timer(LEAVING_MS, TimeUnit.MILLISECONDS));
    }

    private void say() {
        bus.publish(BusAddresses.LINK_HELLO, directory.hello(monotonicMs.getAsLong()));
    }

    private void hear(LinkHello hello) {
        LinkDirectory.Word word = directory.accept(hello, announced.apply(hello.node()), monotonicMs.getAsLong());
        switch (word) {
            case NEW -> {
                LOG.atInfo()
                        .addKeyValue("event", "link_peer")
                        .addKeyValue("peer", hello.node())
                        .addKeyValue("side", hello.side())
                        .addKeyValue("address", hello.address())
                        .log("linked");
                answerSoon();
                if (directory.linked(directory.side().other()) > 0) {
                    linked.run();
                }
            }
            case NOT_SEALED, NOT_ITS_MEMBERS, TOO_MANY -> refuse(hello, word);
            case KNOWN, NOT_FOR_US -> lastRefused.values().remove(hello.node());
        }
    }

    private void hearGoodbye(LinkHello goodbye) {
        if (directory.acceptGoodbye(goodbye, announced.apply(goodbye.node()), monotonicMs.getAsLong())) {
            LOG.atInfo()
                    .addKeyValue("event", "link_peer_leaves")
                    .addKeyValue("peer", goodbye.node())
                    .log("sent nothing any more");
        }
    }

    private void answerSoon() {
        if (answerTimer.get() == NO_TIMER) {
            answerTimer.set(vertx.setTimer(ANSWER_MS, timer -> {
                answerTimer.set(NO_TIMER);
                say();
            }));
        }
    }

    private void refuse(LinkHello hello, LinkDirectory.Word why) {
        refused.incrementAndGet();
        if (!hello.node().equals(lastRefused.put(why, hello.node()))) {
            LOG.atWarn()
                    .addKeyValue("event", "link_hello_refused")
                    .addKeyValue("peer", hello.node())
                    .addKeyValue("address", hello.address())
                    .addKeyValue("reason", why)
                    .log("not linked");
        }
    }
}
