// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Messages of one node by address, without the node the address names.
 *
 * <p>A request, a send and a publication count once where they are sent and once wherever a handler gets them; answers
 * are not counted. Every address of {@link BusAddresses#ALL} is there from the start with 0.
 *
 * <p><b>Threading</b>: written and read from any thread; a reader may see a count that is a moment old.
 */
public final class BusCounters {

    /** Which way a message went. */
    public enum Direction {
        /** Handed to the bus here. */
        SENT,
        /** Handed to a handler here. */
        RECEIVED;

        /** Lower-case text for a metric's label. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Gets each count of messages. */
    @FunctionalInterface
    public interface MessageVisitor {
        /** One address and direction. */
        void visit(String address, Direction direction, long count);
    }

    /** Gets each count of failures. */
    @FunctionalInterface
    public interface FailureVisitor {
        /** One address and kind. */
        void visit(String address, BusFailure.Kind kind, long count);
    }

    private final Map<String, AddressCounts> byAddress = new LinkedHashMap<>();

    /** Everything 0. */
    public BusCounters() {
        for (BusAddress<?, ?> address : BusAddresses.ALL) {
            byAddress.put(address.name(), new AddressCounts());
        }
    }

    /** Visits the messages of each address in both directions. */
    public void forEach(MessageVisitor visitor) {
        byAddress.forEach((address, counts) -> {
            visitor.visit(address, Direction.SENT, counts.sent.sum());
            visitor.visit(address, Direction.RECEIVED, counts.received.sum());
        });
    }

    /**
     * Visits the failures of each address and kind: requests that failed, and sends and publications that nobody could
     * be given ({@link BusFailure.Kind#NO_HANDLER}, {@link BusFailure.Kind#UNREACHABLE}).
     */
    public void forEachFailure(FailureVisitor visitor) {
        byAddress.forEach((address, counts) -> {
            counts.failures.forEach((kind, count) -> visitor.visit(address, kind, count.sum()));
        });
    }

    /**
     * Messages of one address.
     *
     * @throws IllegalArgumentException where {@link BusAddresses#ALL} does not have it
     */
    public long messages(String address, Direction direction) {
        AddressCounts counts = of(address);
        return switch (direction) {
            case SENT -> counts.sent.sum();
            case RECEIVED -> counts.received.sum();
        };
    }

    /**
     * Failures of one address.
     *
     * @throws IllegalArgumentException where {@link BusAddresses#ALL} does not have it
     */
    public long failures(String address, BusFailure.Kind kind) {
        return of(address).failure(kind).sum();
    }

    /**
     * Messages for handlers of one address that could not be read; they are not among the received ones.
     *
     * @throws IllegalArgumentException where {@link BusAddresses#ALL} does not have it
     */
    public long unreadable(String address) {
        return of(address).unreadable.sum();
    }

    /** The counts of an address, whatever node it names. */
    AddressCounts of(BusAddress<?, ?> address) {
        return of(address.nameWithoutNode());
    }

    private AddressCounts of(String name) {
        AddressCounts counts = byAddress.get(name);
        if (counts == null) {
            throw new IllegalArgumentException(name + " is no address: expected one of " + byAddress.keySet());
        }
        return counts;
    }

    /** The counts of one address. */
    static final class AddressCounts {

        private final LongAdder sent = new LongAdder();
        private final LongAdder received = new LongAdder();
        private final LongAdder unreadable = new LongAdder();
        private final AtomicBoolean unreadableSeen = new AtomicBoolean();

        /** Filled once, only read afterwards. */
        private final Map<BusFailure.Kind, LongAdder> failures = new EnumMap<>(BusFailure.Kind.class);

        private AddressCounts() {
            for (BusFailure.Kind kind : BusFailure.Kind.values()) {
                failures.put(kind, new LongAdder());
            }
        }

        void countSent() {
            sent.increment();
        }

        void countReceived() {
            received.increment();
        }

        /** Whether it was the first. */
        boolean countUnreadable() {
            unreadable.increment();
            return unreadableSeen.compareAndSet(false, true);
        }

        void countFailure(BusFailure.Kind kind) {
            failure(kind).increment();
        }

        private LongAdder failure(BusFailure.Kind kind) {
            return Objects.requireNonNull(failures.get(kind));
        }
    }
}
