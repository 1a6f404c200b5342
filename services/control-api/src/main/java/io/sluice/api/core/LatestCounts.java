// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import io.sluice.model.id.TargetRef;
import io.sluice.model.message.TargetObserved;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one node said of targets lately, and how fast its counts rise: between two of its words that are {@value #WINDOW_MS}
 * ms apart or, while there are none, as far as there are. Who looks twice at totals alone sees none, one or two words of the
 * node between, and takes a steady rate for none or for twice as much.
 *
 * <p><b>Units</b>: milliseconds of a clock that never goes back. <b>Threading</b>: immutable.
 *
 * @param words the oldest first, the newest last, at least one
 */
public record LatestCounts(List<Word> words) {

    /** How long rates are taken over. */
    public static final long WINDOW_MS = 2_000;

    /** One that comes sooner takes the place of the one before: some are said out of turn. */
    private static final long APART_MS = 250;

    /**
     * What was said when.
     *
     * @param said totals since the node started
     * @param atMs when it was heard
     */
    public record Word(TargetObserved said, long atMs) {}

    /**
     * How fast a target's counts rise, each per second.
     *
     * @param sentPackets packets sent to it
     * @param sentBytes inner bytes of those
     * @param returnedPackets packets it returned that were accepted
     * @param returnedBytes inner bytes of those
     * @param rejectedPackets packets it returned that were dropped
     */
    public record PerSecond(
            double sentPackets,
            double sentBytes,
            double returnedPackets,
            double returnedBytes,
            double rejectedPackets) {

        /** Nothing happens. */
        public static final PerSecond NOTHING = new PerSecond(0, 0, 0, 0, 0);

        /** What two nodes see. */
        public PerSecond plus(PerSecond other) {
            return new PerSecond(
                    sentPackets + other.sentPackets,
                    sentBytes + other.sentBytes,
                    returnedPackets + other.returnedPackets,
                    returnedBytes + other.returnedBytes,
                    rejectedPackets + other.rejectedPackets);
        }
    }

    /** Keeps a copy. */
    public LatestCounts {
        words = List.copyOf(words);
    }

    /** Of a node that is heard for the first time since it started. */
    public static LatestCounts first(TargetObserved said, long atMs) {
        return new LatestCounts(List.of(new Word(said, atMs)));
    }

    /** With another word, of the same start of the node. */
    public LatestCounts and(TargetObserved said, long atMs) {
        List<Word> kept = new ArrayList<>(words);
        if (kept.size() > 1 && atMs - kept.get(kept.size() - 2).atMs() < APART_MS) {
            kept.removeLast();
        }
        while (kept.size() > 1 && atMs - kept.get(1).atMs() >= WINDOW_MS) {
            kept.removeFirst();
        }
        kept.add(new Word(said, atMs));
        return new LatestCounts(kept);
    }

    /** The last word. */
    public TargetObserved newest() {
        return words.getLast().said();
    }

    /** How fast counts rose, for each target that the last word names; nothing where there is one word only. */
    public Map<TargetRef, PerSecond> perSecond() {
        Map<TargetRef, PerSecond> rates = new HashMap<>();
        double seconds = (words.getLast().atMs() - words.getFirst().atMs()) / 1_000.0;
        if (seconds <= 0) {
            return rates;
        }
        Map<TargetRef, TargetObserved.Observation> before = new HashMap<>();
        words.getFirst().said().targets().forEach(seen -> before.put(seen.target(), seen));
        for (TargetObserved.Observation now : newest().targets()) {
            TargetObserved.Observation then =
                    before.getOrDefault(now.target(), new TargetObserved.Observation(now.target(), 0, 0, 0, 0, 0));
            rates.put(
                    now.target(),
                    new PerSecond(
                            (now.sentPackets() - then.sentPackets()) / seconds,
                            (now.sentBytes() - then.sentBytes()) / seconds,
                            (now.returnedPackets() - then.returnedPackets()) / seconds,
                            (now.returnedBytes() - then.returnedBytes()) / seconds,
                            (now.rejectedPackets() - then.rejectedPackets()) / seconds));
        }
        return rates;
    }
}
