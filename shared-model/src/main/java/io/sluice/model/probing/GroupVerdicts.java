// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all probers say of one group's targets at a time: the part of a {@link HealthView} that decides in one group. Two
 * that are equal make equal decisions, so that what was made of one need not be made again of the other.
 *
 * <p>A target seen from a zone has seats for its probers: those that {@link ProberAssignment} names, of the live ones that
 * mention the target. Each seat has a vote, the verdict of its prober. The vote of a prober that has none yet is given by a
 * stand-in, so that a change of probers changes no state; which, by rank within each line:
 *
 * <ol>
 *   <li>a live prober without a seat that still probes the target: it lost its seat to one that has just come
 *   <li>what the prober itself took over with the seat: for those who came too late to hear the next
 *   <li>the last word of one that is gone, be it an earlier boot of a prober that is back
 * </ol>
 *
 * <p>Where nobody live mentions the target, the last words have all votes: losing all probers changes nothing.
 *
 * <p><b>Threading</b>: immutable.
 */
public final class GroupVerdicts {

    /**
     * One prober's word.
     *
     * @param prober who
     * @param report what it says
     * @param former verdicts of its earlier boot that it has not replaced, or null
     * @param live whether it was heard lately
     */
    record Voice(
            Prober prober, GroupReport report, @Nullable GroupReport former, boolean live) {

        /** What stands once it is gone. */
        @Nullable
        TargetHealth lastWord(TargetRef target, Zone probedFrom) {
            TargetHealth verdict = live ? null : report.verdict(target, probedFrom);
            return verdict != null || former == null ? verdict : former.verdict(target, probedFrom);
        }
    }

    private final int probers;
    private final List<Voice> voices;

    /**
     * Keeps a copy.
     *
     * @param probers seats of each target in a zone
     * @param voices of probers that mention the group, in order of their node ids
     */
    GroupVerdicts(int probers, List<Voice> voices) {
        this.probers = probers;
        this.voices = List.copyOf(voices);
    }

    /** Whether a target falls to a prober. */
    public boolean isAssigned(Prober prober, TargetRef target, Zone probedFrom) {
        boolean[] seats = seats(target, probedFrom);
        for (int i = 0; i < seats.length; i++) {
            if (seats[i] && voices.get(i).prober().equals(prober)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether all that a target falls to, but for one, have found themselves in their present boot how it is. What codecs
     * hold against the path through it shows nothing of their probes.
     */
    public boolean haveVerdicts(Prober butFor, TargetRef target, Zone probedFrom) {
        boolean[] seats = seats(target, probedFrom);
        for (int i = 0; i < seats.length; i++) {
            Voice voice = voices.get(i);
            if (seats[i] && !voice.prober().equals(butFor)) {
                TargetHealth verdict = voice.report().verdict(target, probedFrom);
                if (verdict == null || verdict.reason().isOfDataPath()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What each live prober that has a verdict of its own says of a target, by node id; seats or not. */
    public List<Word> words(TargetRef target, Zone probedFrom) {
        List<Word> words = new ArrayList<>();
        for (Voice voice : voices) {
            TargetHealth verdict = voice.live() ? voice.report().verdict(target, probedFrom) : null;
            if (verdict != null) {
                words.add(new Word(voice.prober().node(), verdict));
            }
        }
        return words;
    }

    /**
     * What one prober found.
     *
     * @param source who
     * @param health what
     */
    public record Word(NodeId source, TargetHealth health) {}

    /** State of a target that is in use, seen from a zone: see {@link HealthView#health}. */
    public TargetHealth health(TargetRef target, Zone probedFrom) {
        return health(target, probedFrom, true);
    }

    /**
     * The same.
     *
     * @param withInherited whether what probers took over stands in; without it two that wait for each other's word would
     *     hand it to and fro
     */
    public TargetHealth health(TargetRef target, Zone probedFrom, boolean withInherited) {
        boolean[] seats = seats(target, probedFrom);
        @Nullable TargetHealth[] votes = new TargetHealth[voices.size()];
        int seated = 0;
        int vacant = 0;
        for (int i = 0; i < seats.length; i++) {
            if (seats[i]) {
                seated++;
                votes[i] = voices.get(i).report().verdict(target, probedFrom);
                vacant += votes[i] == null ? 1 : 0;
            }
        }
        if (seated == 0 || vacant > 0) {
            standIn(target, probedFrom, withInherited, seats, votes, seated == 0 ? probers : vacant);
        }
        return majority(target, probedFrom, seats, votes);
    }

    private boolean[] seats(TargetRef target, Zone probedFrom) {
        boolean[] seats = new boolean[voices.size()];
        List<Prober> able = new ArrayList<>();
        for (int i = 0; i < seats.length; i++) {
            Voice voice = voices.get(i);
            seats[i] = voice.live() && voice.report().of(target, probedFrom) != null;
            if (seats[i]) {
                able.add(voice.prober());
            }
        }
        if (able.size() > probers) {
            List<Prober> assigned = ProberAssignment.of(target, probedFrom, able, probers);
            for (int i = 0; i < seats.length; i++) {
                seats[i] &= assigned.contains(voices.get(i).prober());
            }
        }
        return seats;
    }

    /** Positions of voices, the first by rank first. */
    private List<Integer> ranked(TargetRef target, Zone probedFrom) {
        List<Integer> ranked = new ArrayList<>();
        for (int i = 0; i < voices.size(); i++) {
            ranked.add(i);
        }
        Comparator<Integer> byRank = Comparator.comparingLong(i ->
                ProberAssignment.rank(target, probedFrom, voices.get(i).prober().node()));
        ranked.sort(byRank.reversed());
        return ranked;
    }

    private void standIn(
            TargetRef target,
            Zone probedFrom,
            boolean withInherited,
            boolean[] seats,
            @Nullable TargetHealth[] votes,
            int vacant) {
        List<Integer> ranked = ranked(target, probedFrom);
        int left = vacant;
        for (int line = 0; line < 3; line++) {
            for (int i : ranked) {
                if (left == 0) {
                    return;
                }
                if (votes[i] == null) {
                    votes[i] = standIn(line, voices.get(i), seats[i], target, probedFrom, withInherited);
                    left -= votes[i] == null ? 0 : 1;
                }
            }
        }
    }

    private static @Nullable TargetHealth standIn(
            int line, Voice voice, boolean seated, TargetRef target, Zone probedFrom, boolean withInherited) {
        return switch (line) {
            case 0 -> voice.live() && !seated ? voice.report().verdict(target, probedFrom) : null;
            case 1 -> withInherited && seated ? voice.report().inherited(target, probedFrom) : null;
            default -> voice.lastWord(target, probedFrom);
        };
    }

    private TargetHealth majority(TargetRef target, Zone probedFrom, boolean[] seats, @Nullable TargetHealth[] votes) {
        int healthyCount = 0;
        int unhealthyCount = 0;
        for (TargetHealth vote : votes) {
            if (vote != null && vote.state() == HealthState.HEALTHY) {
                healthyCount++;
            } else if (vote != null) {
                unhealthyCount++;
            }
        }
        HealthState state = healthyCount + unhealthyCount == 0
                ? HealthState.INITIAL
                : healthyCount >= unhealthyCount ? HealthState.HEALTHY : HealthState.UNHEALTHY;
        HealthReason reason = null;
        long sinceMs = 0;
        for (int i = 0; i < votes.length; i++) {
            TargetHealth word = votes[i];
            if (state == HealthState.INITIAL && seats[i]) {
                word = voices.get(i).report().of(target, probedFrom);
            }
            if (word != null && word.state() == state) {
                sinceMs = reason == null ? word.sinceMs() : Math.min(sinceMs, word.sinceMs());
                reason = reason == null ? word.reason() : reason;
            }
        }
        if (reason == null) {
            reason = HealthReason.REGISTRATION_IN_PROGRESS; // initial, and no prober has mentioned it
        }
        return new TargetHealth(target, probedFrom, state, reason, sinceMs);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof GroupVerdicts verdicts
                        && probers == verdicts.probers
                        && voices.equals(verdicts.voices));
    }

    @Override
    public int hashCode() {
        return voices.hashCode();
    }
}
