// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters.Direction;
import io.sluice.bus.cluster.Members;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.wire.WireCodec;
import io.sluice.model.wire.WireCodecs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two members; each test has node names, buses and counters of its own. */
class TypedBusClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PATIENT_DEADLINE_MS = 20_000;
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final Members MEMBERS = new Members(2);
    private static final FlowListRequest REQUEST = new FlowListRequest(7);
    private static final FlowListReply REPLY = Fixtures.of(FlowListReply.class);
    private static final String FLOW_LIST = BusAddresses.FLOW_LIST.name();

    private static Vertx vertxA;
    private static Vertx vertxB;

    private final int test = TESTS.incrementAndGet();
    private final NodeId nodeA = new NodeId("a" + test);
    private final NodeId nodeB = new NodeId("b" + test);
    private final BusCounters countersA = new BusCounters();
    private final BusCounters countersB = new BusCounters();
    private final TypedBus busA = new TypedBus(vertxA, nodeA, countersA);
    private final TypedBus busB = new TypedBus(vertxB, nodeB, countersB);

    @BeforeAll
    static void start() throws TimeoutException {
        vertxA = MEMBERS.start(0);
        vertxB = MEMBERS.start(1);
    }

    @AfterAll
    static void stop() throws TimeoutException {
        MEMBERS.close();
    }

    static Stream<BusAddress<?, ?>> addresses() {
        return BusAddresses.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void everyMessageReachesTheOtherMemberAsItWas(BusAddress<?, ?> address) {
        if (address.deadlineMs() == 0) {
            travelsOneWay(patient(address));
        } else {
            travelsThereAndBack(patient(address));
        }
    }

    private <Q> void travelsOneWay(BusAddress<Q, ?> address) {
        Q message = Fixtures.of(address.request());
        BusAddress<Q, Void> event = new BusAddress<>(address.name(), address.request(), Void.class, 0);
        List<Q> heard = new CopyOnWriteArrayList<>();
        List<Q> sentTo = new CopyOnWriteArrayList<>();
        BusRegistration everywhere = ready(busB.listen(event, heard::add));
        BusRegistration here = ready(busB.listen(event.at(nodeB), sentTo::add));
        await().atMost(PATIENCE).untilAsserted(() -> {
            if (heard.isEmpty()) {
                busA.publish(event, message);
            }
            if (sentTo.isEmpty()) {
                busA.send(event.at(nodeB), message);
            }
            assertThat(heard).isNotEmpty().allMatch(message::equals);
            assertThat(sentTo).isNotEmpty().allMatch(message::equals);
        });
        result(everywhere.close());
        result(here.close());
    }

    private <Q, R> void travelsThereAndBack(BusAddress<Q, R> address) {
        Q request = Fixtures.of(address.request());
        R reply = Fixtures.of(address.reply());
        List<Q> heard = new CopyOnWriteArrayList<>();
        BusRegistration registration = ready(busB.serve(address.at(nodeB), asked -> {
            heard.add(asked);
            return Future.succeededFuture(reply);
        }));
        assertThat(answer(() -> busA.request(address.at(nodeB), request))).isEqualTo(reply);
        assertThat(heard).containsExactly(request);
        result(registration.close());
    }

    @Test
    void aRequestToOneselfNeverLeavesTheProcess() {
        BusAddress<FlowListRequest, FlowListReply> atA =
                patient(BusAddresses.FLOW_LIST).at(nodeA);
        AtomicInteger strayed = new AtomicInteger();
        vertxB.eventBus()
                .consumer(atA.name(), message -> strayed.incrementAndGet())
                .completion()
                .await();
        List<FlowListRequest> heard = new CopyOnWriteArrayList<>();
        BusRegistration registration = ready(busA.serve(atA, asked -> {
            heard.add(asked);
            return Future.succeededFuture(REPLY);
        }));
        for (int round = 0; round < 10; round++) {
            assertThat(result(busA.request(atA, REQUEST))).isSameAs(REPLY);
        }
        assertThat(heard).hasSize(10).allSatisfy(asked -> assertThat(asked).isSameAs(REQUEST));
        assertThat(strayed).hasValue(0);
        result(registration.close());
    }

    @Test
    void whatAServesForItselfIsReachableFromB() {
        BusAddress<FlowListRequest, FlowListReply> atA =
                patient(BusAddresses.FLOW_LIST).at(nodeA);
        ready(busA.serve(atA, asked -> Future.succeededFuture(REPLY)));
        assertThat(answer(() -> busB.request(atA, REQUEST))).isEqualTo(REPLY).isNotSameAs(REPLY);
    }

    @Test
    void aPublicationReachesBothMembersOnce() {
        NodeStatus status = Fixtures.of(NodeStatus.class);
        NodeStatus first = new NodeStatus(nodeA, 1, List.of(), 0);
        NodeStatus last = new NodeStatus(nodeA, 2, List.of(), 0);
        List<NodeStatus> atA = new CopyOnWriteArrayList<>();
        List<NodeStatus> atB = new CopyOnWriteArrayList<>();
        ready(busA.listen(BusAddresses.NODE_STATUS, atA::add));
        ready(busB.listen(BusAddresses.NODE_STATUS, atB::add));
        await().atMost(PATIENCE).until(() -> {
            busA.publish(BusAddresses.NODE_STATUS, first);
            return atA.contains(first) && atB.contains(first);
        });
        busA.publish(BusAddresses.NODE_STATUS, status);
        busA.publish(BusAddresses.NODE_STATUS, last);
        await().atMost(PATIENCE).until(() -> atA.contains(last) && atB.contains(last));
        atA.removeIf(first::equals);
        atB.removeIf(first::equals);
        assertThat(atA).containsExactly(status, last);
        assertThat(atB).containsExactly(status, last);
        assertThat(atA.getFirst()).isSameAs(status);
        assertThat(atB.getFirst()).isNotSameAs(status);
    }

    @Test
    void aRequestToANodeThatIsNotThereHasNoHandler() {
        fails(
                busA.request(patient(BusAddresses.FLOW_LIST).at(new NodeId("nobody")), REQUEST),
                BusFailure.Kind.NO_HANDLER);
        fails(busA.request(patient(BusAddresses.FLOW_LIST).at(nodeA), REQUEST), BusFailure.Kind.NO_HANDLER);
        assertThat(countersA.failures(FLOW_LIST, BusFailure.Kind.NO_HANDLER)).isEqualTo(2);
    }

    @Test
    void aRequestWithoutAnAnswerTimesOut() {
        List<Promise<FlowListReply>> never = new CopyOnWriteArrayList<>();
        ready(busB.serve(patient(BusAddresses.FLOW_LIST).at(nodeB), asked -> {
            Promise<FlowListReply> promise = Promise.promise();
            never.add(promise);
            return promise.future();
        }));
        BusAddress<FlowListRequest, FlowListReply> hasty =
                within(BusAddresses.FLOW_LIST, 50).at(nodeB);
        await().atMost(PATIENCE).until(() -> {
            fails(busA.request(hasty, REQUEST), BusFailure.Kind.TIMEOUT);
            return !never.isEmpty();
        });
        assertThat(countersA.failures(FLOW_LIST, BusFailure.Kind.TIMEOUT)).isPositive();
    }

    @Test
    void aRefusalComesWithItsReason() {
        BusAddress<FlowListRequest, FlowListReply> atB =
                patient(BusAddresses.FLOW_LIST).at(nodeB);
        ready(busB.serve(atB, asked -> {
            if (asked.limit() == 1) {
                throw new IllegalStateException("the table is closed");
            }
            return Future.failedFuture("the table is being rebuilt");
        }));
        assertThat(refusal(() -> busA.request(atB, REQUEST))).isEqualTo(atB.name() + ": the table is being rebuilt");
        assertThat(refusal(() -> busA.request(atB, new FlowListRequest(1))))
                .isEqualTo(atB.name() + ": the table is closed");
        assertThat(refusal(() -> busA.request(atB, REQUEST))).endsWith("the table is being rebuilt");
        assertThat(countersA.failures(FLOW_LIST, BusFailure.Kind.REFUSED)).isEqualTo(3);
    }

    @Test
    void countsWhatIsSentAndWhatIsReceived() {
        BusAddress<FlowListRequest, FlowListReply> atB =
                patient(BusAddresses.FLOW_LIST).at(nodeB);
        ready(busB.serve(atB, asked -> Future.succeededFuture(REPLY)));
        answer(() -> busA.request(atB, REQUEST));
        long before = countersA.messages(FLOW_LIST, Direction.SENT);
        for (int round = 0; round < 5; round++) {
            result(busA.request(atB, REQUEST));
        }
        assertThat(countersA.messages(FLOW_LIST, Direction.SENT)).isEqualTo(before + 5);
        assertThat(countersA.messages(FLOW_LIST, Direction.RECEIVED)).isZero();
        assertThat(countersB.messages(FLOW_LIST, Direction.RECEIVED)).isEqualTo(6);
        assertThat(countersB.messages(FLOW_LIST, Direction.SENT)).isZero();
    }

    @Test
    void countsWhatIsSentToNobody() {
        NodeId nobody = new NodeId("nobody");
        busA.send(BusAddresses.FLOW_CLOSED.at(nobody), Fixtures.of(BusAddresses.FLOW_CLOSED.request()));
        busA.publish(BusAddresses.FLOW_TOUCHED, Fixtures.of(BusAddresses.FLOW_TOUCHED.request()));
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(countersA.failures(BusAddresses.FLOW_CLOSED.name(), BusFailure.Kind.NO_HANDLER))
                    .isEqualTo(1);
            assertThat(countersA.failures(BusAddresses.FLOW_TOUCHED.name(), BusFailure.Kind.NO_HANDLER))
                    .isEqualTo(1);
        });
    }

    @Test
    void anUnreadableRequestIsRefusedAndTheNextOneIsServed() {
        BusAddress<FlowListRequest, FlowListReply> atB =
                patient(BusAddresses.FLOW_LIST).at(nodeB);
        ready(busB.serve(atB, asked -> Future.succeededFuture(REPLY)));
        answer(() -> busA.request(atB, REQUEST));
        try (Garbage garbage = new Garbage(vertxA.eventBus(), FlowListRequest.class)) {
            for (Buffer body : Garbage.BODIES) {
                garbage.body = body;
                assertThat(refusal(() -> busA.request(atB, REQUEST)))
                        .contains("the request cannot be read: FlowListRe");
            }
        }
        assertThat(result(busA.request(atB, REQUEST))).isEqualTo(REPLY);
        assertThat(countersB.unreadable(FLOW_LIST)).isEqualTo(Garbage.BODIES.size());
        assertThat(countersB.messages(FLOW_LIST, Direction.RECEIVED)).isEqualTo(2);
    }

    @Test
    void anUnreadableAnswerFailsTheRequestAtOnce() {
        BusAddress<FlowListRequest, FlowListReply> atB =
                within(BusAddresses.FLOW_LIST, 3_600_000).at(nodeB);
        ready(busB.serve(atB, asked -> Future.succeededFuture(REPLY)));
        answer(() -> busA.request(atB, REQUEST));
        try (Garbage garbage = new Garbage(vertxB.eventBus(), FlowListReply.class)) {
            for (Buffer body : Garbage.BODIES) {
                garbage.body = body;
                assertThat(refusal(() -> busA.request(atB, REQUEST))).contains("the answer cannot be read: FlowListRe");
            }
        }
        assertThat(result(busA.request(atB, REQUEST))).isEqualTo(REPLY);
    }

    @Test
    void anUnreadableEventIsDroppedAndTheNextOneIsHeard() {
        NodeStatus status = Fixtures.of(NodeStatus.class);
        BusAddress<NodeStatus, Void> atB = BusAddresses.NODE_STATUS.at(nodeB);
        List<NodeStatus> heard = new CopyOnWriteArrayList<>();
        ready(busB.listen(atB, heard::add));
        await().atMost(PATIENCE).until(() -> {
            busA.send(atB, status);
            return !heard.isEmpty();
        });
        try (Garbage garbage = new Garbage(vertxA.eventBus(), NodeStatus.class)) {
            for (Buffer body : Garbage.BODIES) {
                garbage.body = body;
                long before = countersB.unreadable(BusAddresses.NODE_STATUS.name());
                busA.send(atB, status);
                await().atMost(PATIENCE)
                        .until(() -> countersB.unreadable(BusAddresses.NODE_STATUS.name()) == before + 1);
            }
        }
        NodeStatus next = new NodeStatus(nodeA, 2, List.of(), 0);
        busA.send(atB, next);
        await().atMost(PATIENCE).until(() -> heard.contains(next));
    }

    @Test
    void aListenerThatThrowsHearsTheNextMessage() {
        BusAddress<NodeStatus, Void> atB = BusAddresses.NODE_STATUS.at(nodeB);
        AtomicInteger heard = new AtomicInteger();
        ready(busB.listen(atB, status -> {
            heard.incrementAndGet();
            throw new IllegalStateException("a test's listener that fails");
        }));
        await().atMost(PATIENCE).until(() -> {
            busA.send(atB, Fixtures.of(NodeStatus.class));
            return heard.get() > 2;
        });
    }

    @Test
    void aClosedRegistrationHearsNothing() {
        BusAddress<FlowListRequest, FlowListReply> atB =
                patient(BusAddresses.FLOW_LIST).at(nodeB);
        BusRegistration registration = ready(busB.serve(atB, asked -> Future.succeededFuture(REPLY)));
        answer(() -> busA.request(atB, REQUEST));
        result(registration.close());
        result(registration.close());
        fails(busB.request(atB, REQUEST), BusFailure.Kind.NO_HANDLER);
        await().atMost(PATIENCE).untilAsserted(() -> fails(busA.request(atB, REQUEST), BusFailure.Kind.NO_HANDLER));
    }

    /** Its timer runs out long before the answer, as it does where the node stands still. */
    @Test
    void aRequestToOneselfOutlivesAStandstillButNotForEver() {
        BusAddress<FlowListRequest, FlowListReply> hasty =
                within(BusAddresses.FLOW_LIST, 1).at(nodeA);
        List<Promise<FlowListReply>> asked = new CopyOnWriteArrayList<>();
        ready(busA.serve(hasty, request -> {
            Promise<FlowListReply> promise = Promise.promise();
            asked.add(promise);
            return promise.future();
        }));
        Future<FlowListReply> answered = busA.request(hasty, REQUEST);
        await().atMost(PATIENCE).until(() -> !asked.isEmpty());
        vertxA.setTimer(TypedBus.STANDSTILL_MS / 10, late -> asked.getFirst().complete(REPLY));
        assertThat(result(answered)).isEqualTo(REPLY);
        fails(busA.request(hasty, REQUEST), BusFailure.Kind.TIMEOUT);
    }

    @Test
    void refusesARequestWhereNobodyAnswers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> busA.request(BusAddresses.NODE_STATUS, Fixtures.of(NodeStatus.class)))
                .withMessage("sluice.node.status.v1 has no deadline: nobody answers there");
    }

    private static <Q, R> BusAddress<Q, R> patient(BusAddress<Q, R> address) {
        return within(address, address.deadlineMs() == 0 ? 0 : PATIENT_DEADLINE_MS);
    }

    private static <Q, R> BusAddress<Q, R> within(BusAddress<Q, R> address, long deadlineMs) {
        return new BusAddress<>(address.name(), address.request(), address.reply(), deadlineMs);
    }

    private static BusRegistration ready(BusRegistration registration) {
        result(registration.ready());
        return registration;
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException hangs) {
            throw new AssertionError("no result and no failure", hangs);
        }
    }

    /** Asks until the other member knows of the handler. */
    private static <T> T answer(Supplier<Future<T>> request) {
        return await().atMost(PATIENCE)
                .ignoreExceptionsMatching(
                        cause -> cause instanceof BusFailure failure && failure.kind() == BusFailure.Kind.NO_HANDLER)
                .until(() -> result(request.get()), answer -> answer != null);
    }

    private static void fails(Future<?> future, BusFailure.Kind kind) {
        await().atMost(PATIENCE).until(future::isComplete);
        assertThat(future.cause())
                .isInstanceOfSatisfying(
                        BusFailure.class, failure -> assertThat(failure.kind()).isEqualTo(kind));
    }

    /** Asks until the other member knows of the handler; the reason of its refusal. */
    private static String refusal(Supplier<Future<FlowListReply>> request) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            Future<FlowListReply> future = request.get();
                            await().atMost(PATIENCE).until(future::isComplete);
                            return future.cause() instanceof BusFailure failure
                                            && failure.kind() == BusFailure.Kind.REFUSED
                                    ? failure.getMessage()
                                    : "";
                        },
                        reason -> !reason.isEmpty());
    }

    /** A codec of the same name whose bytes are nonsense, as long as it is open. */
    private static final class Garbage implements MessageCodec<Object, Object>, AutoCloseable {

        /** No length, a length beyond the end, nothing, an unknown version, a version and nothing, 20 times 0xFF. */
        private static final List<Buffer> BODIES = List.of(
                Buffer.buffer(),
                Buffer.buffer().appendInt(Integer.MAX_VALUE),
                Buffer.buffer().appendInt(0),
                Buffer.buffer().appendInt(1).appendByte((byte) 99),
                Buffer.buffer().appendInt(1).appendByte((byte) 1),
                Buffer.buffer().appendLong(-1).appendLong(-1).appendInt(-1));

        private final EventBus events;
        private final Class<?> type;
        private volatile Buffer body = BODIES.getFirst();

        private Garbage(EventBus events, Class<?> type) {
            this.events = events;
            this.type = type;
            events.unregisterCodec(name()).registerCodec(this);
        }

        @Override
        public void encodeToWire(Buffer buffer, Object message) {
            buffer.appendBuffer(body);
        }

        @Override
        public Object decodeFromWire(int position, Buffer buffer) {
            throw new AssertionError("only writes");
        }

        @Override
        public Object transform(Object message) {
            return message;
        }

        @Override
        public String name() {
            return RecordCodec.nameOf(type);
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }

        @Override
        public void close() {
            events.unregisterCodec(name());
            for (WireCodec<?> wire : WireCodecs.ALL) {
                if (wire.type() == type) {
                    events.registerCodec(new RecordCodec<>(wire));
                }
            }
        }
    }
}
