// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When the next probe of each target is due.
 *
 * <p>Each (target, zone) has a grid of points in time: one every interval, shifted by a phase that depends on prober,
 * target and zone only. So probes are spread over the interval, several probers of one target too, and the spread
 * survives restarts. The first probe of a new target does not wait for the grid, it is due within {@link #firstSpreadMs}.
 *
 * <p>A probe that starts late does not shift those after it, and points that were missed are left out: two probes of one
 * key start no further apart than the interval and the lateness of the second. With it follows H-5: a target that dies
 * after its last good probe began fails the next {@code threshold} probes, the last of which begins {@code interval x
 * threshold} later and ends within its timeout; what is left of the second is for lateness.
 *
 * <p>At most one probe of a key and {@code inFlightMax} in all are under way; what is due and finds no room waits, oldest
 * first. H-5 therefore holds while the targets that do not answer are no more than {@code inFlightMax}.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Complexity</b>: {@link #due} looks at what is due and at one key more;
 * to find a place in the order is logarithmic in the number of keys.
 */
public final class ProbeSchedule {

    /** First probes of targets that are registered together are spread over this at least. */
    static final long FIRST_SPREAD_MS = 1_000;

    /** First probes a second, at most, of very many: a connection each, on a machine that has packets to forward. */
    private static final long FIRST_PER_S = 2_000;

    private static final class Entry {
        /** Oldest first; of those that are equally old the lesser key. */
        static final Comparator<Entry> BY_AGE =
                Comparator.comparingLong((Entry e) -> e.dueMs).thenComparing(e -> e.key);

        final ProbeKey key;
        final long spread;
        long intervalMs;
        /** To be changed while it is not in the order of waiting ones. */
        long dueMs;

        Entry(ProbeKey key, long spread, long intervalMs, long dueMs) {
            this.key = key;
            this.spread = spread;
            this.intervalMs = intervalMs;
            this.dueMs = dueMs;
        }

        /** The first point of the grid after a moment. */
        long gridPointAfter(long nowMs) {
            long phase = spread % intervalMs;
            return (Math.floorDiv(nowMs - phase, intervalMs) + 1) * intervalMs + phase;
        }
    }

    private final String prober;
    private final int inFlightMax;
    private final Map<ProbeKey, Entry> entries = new HashMap<>();

    /** Those without a probe under way, in the order in which they are due. */
    private final TreeSet<Entry> waiting = new TreeSet<>(Entry.BY_AGE);

    /** Keys with a probe under way; may hold keys that have been removed since. */
    private final Set<ProbeKey> inFlight = new HashSet<>();

    /**
     * An empty schedule.
     *
     * @param prober name of the prober, so that two probers differ in phase
     * @param inFlightMax probes under way at a time, 1 or more
     */
    public ProbeSchedule(String prober, int inFlightMax) {
        if (inFlightMax < 1) {
            throw new IllegalArgumentException("probes in flight " + inFlightMax + ": expected at least 1");
        }
        this.prober = prober;
        this.inFlightMax = inFlightMax;
    }

    /** What the first probes of so many targets are spread over, which begin together. */
    static long firstSpreadMs(int count) {
        return Math.max(FIRST_SPREAD_MS, count * 1_000L / FIRST_PER_S);
    }

    /**
     * Adds a key, or gives it another interval.
     *
     * @param firstSpreadMs the first probe of a key that is added starts within this
     */
    public void put(ProbeKey key, long intervalMs, long firstSpreadMs, long nowMs) {
        @Nullable Entry known = entries.get(key);
        if (known == null) {
            String name = prober + " " + key;
            long spread = new SplittableRandom(name.hashCode()).nextLong(Long.MAX_VALUE);
            Entry added = new Entry(key, spread, intervalMs, nowMs + spread % firstSpreadMs);
            entries.put(key, added);
            if (!inFlight.contains(key)) {
                waiting.add(added);
            }
        } else if (known.intervalMs != intervalMs) {
            boolean waits = waiting.remove(known);
            known.intervalMs = intervalMs;
            // a probe that was due sooner stays due: the change must not make a gap longer than either interval
            known.dueMs = Math.min(known.dueMs, known.gridPointAfter(nowMs));
            if (waits) {
                waiting.add(known);
            }
        }
    }

    /** Forgets a key; a probe under way still counts until it is {@link #finished}. */
    public void remove(ProbeKey key) {
        @Nullable Entry gone = entries.remove(key);
        if (gone != null) {
            waiting.remove(gone);
        }
    }

    /** Keys whose probe is to start now, oldest first; they are under way from here on. */
    public List<ProbeKey> due(long nowMs) {
        List<ProbeKey> started = new ArrayList<>();
        while (inFlight.size() < inFlightMax && !waiting.isEmpty() && waiting.first().dueMs <= nowMs) {
            Entry entry = waiting.removeFirst();
            inFlight.add(entry.key);
            entry.dueMs = entry.gridPointAfter(nowMs);
            started.add(entry.key);
        }
        return started;
    }

    /** The probe of a key has ended. */
    public void finished(ProbeKey key) {
        if (!inFlight.remove(key)) {
            return;
        }
        @Nullable Entry entry = entries.get(key);
        if (entry != null) {
            waiting.add(entry);
        }
    }

    /** Probes under way. */
    public int inFlightCount() {
        return inFlight.size();
    }
}
