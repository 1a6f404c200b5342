// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock that stands still until a test moves it: monotonic nanoseconds for the code under test, wall time for records.
 *
 * <p>The nanoseconds start at a caller's value so that tests can start just below {@link Long#MAX_VALUE} and cross the
 * wrap. <b>Threading:</b> safe for any thread. <b>Source:</b> house style section 10 (no sleeping).
 */
public final class VirtualClock implements LongSupplier {
    private static final Instant WALL_START = Instant.parse("2026-01-01T00:00:00Z");

    private final long startNs;
    private final AtomicLong elapsedNs = new AtomicLong();

    /** A clock whose nanoseconds start at 0. */
    public VirtualClock() {
        this(0);
    }

    /** A clock whose nanoseconds start at a value; its wall time starts at the beginning of 2026. */
    public VirtualClock(long startNs) {
        this.startNs = startNs;
    }

    /** Monotonic nanoseconds, with the wrap of {@link System#nanoTime}: compare differences only. */
    public long nowNs() {
        return startNs + elapsedNs.get();
    }

    /** Monotonic milliseconds since this clock was made. */
    public long elapsedMs() {
        return elapsedNs.get() / 1_000_000;
    }

    /** Same as {@link #nowNs}, for code that takes a supplier. */
    @Override
    public long getAsLong() {
        return nowNs();
    }

    /** Moves the clock forward. */
    public VirtualClock advance(Duration duration) {
        return advanceNs(duration.toNanos());
    }

    /** Moves the clock forward by milliseconds. */
    public VirtualClock advanceMs(long durationMs) {
        return advanceNs(Math.multiplyExact(durationMs, 1_000_000L));
    }

    /** Moves the clock forward by nanoseconds. */
    public VirtualClock advanceNs(long durationNs) {
        if (durationNs < 0) {
            throw new IllegalArgumentException("a clock does not go back: " + durationNs + " ns");
        }
        elapsedNs.addAndGet(durationNs);
        return this;
    }

    /** Wall time, which moves together with the nanoseconds. */
    public Instant instant() {
        return WALL_START.plusNanos(elapsedNs.get());
    }

    /** This clock as a {@link Clock} in UTC. */
    public Clock asClock() {
        return new View(ZoneOffset.UTC);
    }

    private final class View extends Clock {
        private final ZoneId zone;

        private View(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId otherZone) {
            return new View(otherZone);
        }

        @Override
        public Instant instant() {
            return VirtualClock.this.instant();
        }
    }
}
