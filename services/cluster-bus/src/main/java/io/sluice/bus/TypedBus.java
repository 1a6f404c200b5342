// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.bus.BusCounters.AddressCounts;
import io.sluice.model.address.BusAddress;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.eventbus.ReplyException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event bus with types: what goes to an address and what comes back is what {@link BusAddress} says.
 *
 * <p><b>Addresses.</b> A point-to-point message to a plain address goes round-robin over all nodes that serve it, which
 * is never wanted here: requests and sends go to {@code address.at(node)}, and events to a plain address are published.
 * {@code address.at(self)} is delivered inside this process without a look into the cluster; its handler is registered
 * in the cluster all the same, so that other nodes reach it. Within one node several handlers of one address take
 * turns.
 *
 * <p><b>Failures.</b> A request fails with a {@link BusFailure} and with nothing else. Sends and publications have no
 * answer: those that nobody could be given are counted. What arrives unreadable is counted, logged once per address,
 * answered with a refusal where an answer is awaited, and otherwise dropped; the handler stays.
 *
 * <p><b>Threading</b>: from any thread. Handlers and results run on the Vert.x context of whoever registered or asked.
 * Messages are immutable by agreement and handed on as the same instance inside a process.
 */
public final class TypedBus {

    private static final Logger LOG = LoggerFactory.getLogger(TypedBus.class);

    /**
     * How much longer a request to this very node may take. Nothing between the two can be lost or slow but the process
     * itself: a loop that stood still for longer than a deadline would else take its own silence for the other's, as
     * timers that ran out meanwhile go ahead of the messages behind them.
     */
    static final long STANDSTILL_MS = 500;

    /** The one failure code in use: the kind of failure tells all. */
    private static final int FAILURE_CODE = 1;

    private final EventBus events;
    private final NodeId self;
    private final BusCounters counters;

    /**
     * A bus for one node; registers all codecs.
     *
     * @param vertx clustered or not
     * @param self the node that {@code address.at(self)} names
     * @param counters counts what goes through it
     */
    public TypedBus(Vertx vertx, NodeId self, BusCounters counters) {
        this.events = vertx.eventBus();
        this.self = self;
        this.counters = counters;
        BusModule.register(vertx);
    }

    /**
     * Asks, and waits no longer than the address's deadline; where the address is this very node's, {@value
     * #STANDSTILL_MS} ms longer.
     *
     * @return the answer, or a failure that is a {@link BusFailure}
     * @throws IllegalArgumentException where nobody answers at the address, or it is none of ours
     */
    public <Q, R> Future<R> request(BusAddress<Q, R> address, Q request) {
        if (address.deadlineMs() < 1) {
            throw new IllegalArgumentException(address.name() + " has no deadline: nobody answers there");
        }
        AddressCounts counts = counters.of(address);
        counts.countSent();
        return ask(address, request)
                .compose(
                        answer -> read(address, address.reply(), answer.body()),
                        cause -> Future.failedFuture(failure(address.name(), cause)))
                .onFailure(cause -> {
                    if (cause instanceof BusFailure failure) {
                        counts.countFailure(failure.kind());
                    }
                });
    }

    /**
     * Sends to one handler and hears nothing of it.
     *
     * @throws IllegalArgumentException where the address is none of ours
     */
    public <Q> void send(BusAddress<Q, Void> address, Q message) {
        write(address, events.sender(address.name(), options(address)), message);
    }

    /**
     * Gives a message to every handler of the address, on every node, and hears nothing of it.
     *
     * @throws IllegalArgumentException where the address is none of ours
     */
    public <Q> void publish(BusAddress<Q, Void> address, Q message) {
        write(address, events.publisher(address.name(), options(address)), message);
    }

    /**
     * Answers requests. A failed future is a refusal, its message goes to the one who asked; so does the message of an
     * exception, which in addition reaches the context's exception handler.
     *
     * @throws IllegalArgumentException where the address is none of ours
     */
    public <Q, R> BusRegistration serve(BusAddress<Q, R> address, Function<Q, Future<R>> handler) {
        AddressCounts counts = counters.of(address);
        DeliveryOptions answerOptions = new DeliveryOptions().setCodecName(RecordCodec.nameOf(address.reply()));
        MessageConsumer<Object> consumer = events.consumer(address.name(), message -> {
            if (!isReadable(address, counts, message)) {
                message.fail(FAILURE_CODE, "the request cannot be read: " + problem(message.body()));
                return;
            }
            counts.countReceived();
            Future<R> answer;
            try {
                answer = handler.apply(address.request().cast(message.body()));
            } catch (RuntimeException bug) {
                message.fail(FAILURE_CODE, reason(bug));
                throw bug;
            }
            answer.onComplete(
                    value -> message.reply(value, answerOptions), cause -> message.fail(FAILURE_CODE, reason(cause)));
        });
        return new BusRegistration(consumer);
    }

    /**
     * Gets every message published or sent to the address. An exception reaches the context's exception handler.
     *
     * @throws IllegalArgumentException where the address is none of ours
     */
    public <Q> BusRegistration listen(BusAddress<Q, Void> address, Consumer<Q> handler) {
        AddressCounts counts = counters.of(address);
        MessageConsumer<Object> consumer = events.consumer(address.name(), message -> {
            if (isReadable(address, counts, message)) {
                counts.countReceived();
                handler.accept(address.request().cast(message.body()));
            }
        });
        return new BusRegistration(consumer);
    }

    private Future<Message<Object>> ask(BusAddress<?, ?> address, Object request) {
        try {
            long deadlineMs = address.deadlineMs() + (address.isAt(self) ? STANDSTILL_MS : 0);
            return events.request(address.name(), request, options(address).setSendTimeout(deadlineMs));
        } catch (IllegalStateException | RejectedExecutionException closed) {
            return Future.failedFuture(closed);
        }
    }

    private <Q> void write(BusAddress<Q, Void> address, MessageProducer<Q> producer, Q message) {
        AddressCounts counts = counters.of(address);
        counts.countSent();
        try {
            producer.write(message)
                    .onFailure(cause ->
                            counts.countFailure(failure(address.name(), cause).kind()));
        } catch (IllegalStateException | RejectedExecutionException closed) {
            counts.countFailure(BusFailure.Kind.UNREACHABLE);
        }
    }

    private DeliveryOptions options(BusAddress<?, ?> address) {
        return new DeliveryOptions()
                .setCodecName(RecordCodec.nameOf(address.request()))
                .setLocalOnly(address.isAt(self));
    }

    private static <R> Future<R> read(BusAddress<?, R> address, Class<R> type, Object body) {
        return type.isInstance(body)
                ? Future.succeededFuture(type.cast(body))
                : Future.failedFuture(new BusFailure(
                        address.name(), BusFailure.Kind.REFUSED, "the answer cannot be read: " + problem(body)));
    }

    private static boolean isReadable(BusAddress<?, ?> address, AddressCounts counts, Message<Object> message) {
        if (address.request().isInstance(message.body())) {
            return true;
        }
        if (counts.countUnreadable()) {
            LOG.warn(
                    "event=bus_message_unreadable address={} reason=\"{}\" more=counted_only",
                    address.name(),
                    problem(message.body()));
        }
        return false;
    }

    private static String problem(Object body) {
        return body instanceof UnreadableBody(String problem)
                ? problem
                : "a " + body.getClass().getSimpleName() + " was not expected";
    }

    private static BusFailure failure(String address, Throwable cause) {
        BusFailure.Kind kind = cause instanceof ReplyException reply
                ? switch (reply.failureType()) {
                    case NO_HANDLERS -> BusFailure.Kind.NO_HANDLER;
                    case TIMEOUT -> BusFailure.Kind.TIMEOUT;
                    case RECIPIENT_FAILURE -> BusFailure.Kind.REFUSED;
                    case ERROR -> BusFailure.Kind.UNREACHABLE;
                }
                : BusFailure.Kind.UNREACHABLE;
        return new BusFailure(address, kind, reason(cause));
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
