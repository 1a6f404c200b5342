// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * How long targets stay registered that registered themselves. A lease counts from when it is granted or renewed; at its
 * end the target is to be deregistered (T17, T18).
 *
 * <p><b>Units</b>: milliseconds of one clock that never goes back. <b>Threading</b>: confined to who owns it.
 */
public final class Leases {

    /** The shortest lease. */
    public static final long DURATION_MIN_MS = 5_000;

    /** The longest lease. */
    public static final long DURATION_MAX_MS = 3_600_000;

    /** By group, then by target: to show and to write in. */
    public static final Comparator<Holder> ORDER = Comparator.comparing(
                    (Holder holder) -> holder.group().name())
            .thenComparing(holder -> holder.target().value());

    /**
     * Who has a lease: whatever its registration, so that one who registers again goes on with his.
     *
     * @param group the target group
     * @param target the target's id in it
     */
    public record Holder(TargetGroupId group, TargetId target) {}

    /**
     * A lease.
     *
     * @param durationMs how long it lasts unless it is renewed
     * @param endsAtMs when it ends
     * @param filled whether it lasts longer than its last renewal that was heard
     */
    public record Lease(long durationMs, long endsAtMs, boolean filled) {

        /** One that was just granted or renewed. */
        public Lease(long durationMs, long endsAtMs) {
            this(durationMs, endsAtMs, false);
        }

        private long fullAtMs(long atMs) {
            return Math.max(endsAtMs, atMs + durationMs);
        }
    }

    private final Map<Holder, Lease> leases = new HashMap<>();

    /**
     * Grants a lease or renews it.
     *
     * @param durationMs {@value #DURATION_MIN_MS} to {@value #DURATION_MAX_MS}
     * @return the one that counted before
     */
    public Optional<Lease> grant(Holder holder, long durationMs, long nowMs) {
        if (durationMs < DURATION_MIN_MS || durationMs > DURATION_MAX_MS) {
            throw new IllegalArgumentException("a lease of " + durationMs + " ms is out of range: expected "
                    + DURATION_MIN_MS + " to " + DURATION_MAX_MS);
        }
        return Optional.ofNullable(leases.put(holder, new Lease(durationMs, nowMs + durationMs)));
    }

    /** Puts another lease, or none, in the place of the one that is expected there; not where there is another by now. */
    public void replace(Holder holder, Optional<Lease> expected, Optional<Lease> next) {
        if (of(holder).equals(expected)) {
            next.ifPresentOrElse(lease -> leases.put(holder, lease), () -> leases.remove(holder));
        }
    }

    /** Somebody has asked to renew: the lease, where there is one, lasts from then on at least. */
    public void asked(Holder holder, long atMs) {
        leases.computeIfPresent(holder, (same, lease) -> new Lease(lease.durationMs(), lease.fullAtMs(atMs)));
    }

    /** Nobody could renew for so long: every lease ends that much later. */
    public void prolong(long byMs) {
        leases.replaceAll((holder, lease) -> new Lease(lease.durationMs(), lease.endsAtMs() + byMs, lease.filled()));
    }

    /**
     * Somebody else may have been asked, which was not heard: every lease is a full one at least. That is so once, until a
     * renewal is heard: who is dead ends all the same.
     *
     * @return how many last longer by that
     */
    public int fill(long nowMs) {
        int filled = 0;
        for (Map.Entry<Holder, Lease> each : leases.entrySet()) {
            Lease lease = each.getValue();
            if (!lease.filled()) {
                each.setValue(new Lease(lease.durationMs(), lease.fullAtMs(nowMs), true));
                filled++;
            }
        }
        return filled;
    }

    /** A target's lease. */
    public Optional<Lease> of(Holder holder) {
        return Optional.ofNullable(leases.get(holder));
    }

    /** The leases of those whom a condition is true of, in {@linkplain #ORDER order}. */
    public Map<Holder, Lease> those(BiPredicate<Holder, Lease> condition) {
        Map<Holder, Lease> those = new TreeMap<>(ORDER);
        leases.forEach((holder, lease) -> {
            if (condition.test(holder, lease)) {
                those.put(holder, lease);
            }
        });
        return those;
    }

    /** The leases that have ended; they stay until they are {@linkplain #replace replaced}. */
    public Map<Holder, Lease> ended(long nowMs) {
        return those((holder, lease) -> lease.endsAtMs() <= nowMs);
    }

    /** When the next one ends; empty where there is none. */
    public OptionalLong nextEndMs() {
        return leases.values().stream().mapToLong(Lease::endsAtMs).min();
    }
}
