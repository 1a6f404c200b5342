// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.config.DataPathProbe;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.DataPathVerdict.State;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import org.jspecify.annotations.Nullable;

/**
 * One target as probed from one zone's address: probes that wait for their answer, runs of good and bad ones, verdict.
 *
 * <p>A turn is a probe that must come back and, where the group says so, one that must not. It is judged when its time
 * to answer is over, in the order of turns. {@code failures} turns in a row make a verdict:
 *
 * <pre>
 * must come back   must not come back   in a row
 * came             did not come         PASSING
 * either           came                 LEAKING   before FAILING, where both are due
 * did not come     either               FAILING
 * </pre>
 *
 * SILENT is said by {@link SilenceDetector} and ends by PASSING alone.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Units</b>: milliseconds of {@link AwakeClock}.
 * <b>Limits</b>: {@value #TURNS_MAX} turns wait at once, more than the shortest interval needs.
 */
final class ProbePath {

    /** A probe has until its next turn to come back, and never less than this. */
    static final long ANSWER_MS_MIN = 50;

    static final int TURNS_MAX = 8;

    private static final int MASK = TURNS_MAX - 1;
    private static final long NOT_SENT = -1;

    private final TargetRef target;
    private final Zone zone;
    private final int targetIndex;
    private final int zoneIndex;
    private DataPathProbe probe = DataPathProbe.DEFAULT;
    private @Nullable State state;
    private long dueMs;

    private final long[] sentMs = new long[TURNS_MAX];
    private final long[] sequence = new long[TURNS_MAX];
    private final long[] negativeSequence = new long[TURNS_MAX];
    private final int[] nonce = new int[TURNS_MAX];
    private final int[] negativeNonce = new int[TURNS_MAX];
    private final boolean[] came = new boolean[TURNS_MAX];
    private final boolean[] negativeCame = new boolean[TURNS_MAX];
    /** Turns from here on wait; those below are judged. */
    private long firstWaiting;

    private long nextTurn;
    /** Turns below were sent before the silence that they cannot end. */
    private long firstCounted;

    private int passed;
    private int missed;
    private int leaked;

    ProbePath(TargetRef target, Zone zone, int targetIndex, int zoneIndex, long firstDueMs) {
        this.target = target;
        this.zone = zone;
        this.targetIndex = targetIndex;
        this.zoneIndex = zoneIndex;
        this.dueMs = firstDueMs;
    }

    TargetRef target() {
        return target;
    }

    int targetIndex() {
        return targetIndex;
    }

    int zoneIndex() {
        return zoneIndex;
    }

    @Nullable
    State state() {
        return state;
    }

    /** The verdict of a path that has one. */
    DataPathVerdict verdict(State said) {
        return new DataPathVerdict(target, zone, said);
    }

    /** Follows the group's keys; a verdict whose reason was switched off is taken back. */
    void configure(DataPathProbe next, boolean watched) {
        boolean reasonGone = state == State.SILENT ? !watched : probe.enabled() && !next.enabled();
        if (reasonGone) {
            state = null;
            restart();
        }
        probe = next;
    }

    /** Traffic says that the target is silent: it is probed from now on, whatever the group says. */
    void silent(long nowMs) {
        if (state != State.SILENT) {
            state = State.SILENT;
            restart();
            dueMs = Math.min(dueMs, nowMs + probe.intervalMs());
            if (!probe.enabled()) {
                dueMs = nowMs;
            }
        }
    }

    private void restart() {
        firstCounted = nextTurn;
        passed = 0;
        missed = 0;
        leaked = 0;
    }

    private boolean probing() {
        return probe.enabled() || state == State.SILENT;
    }

    /** Whether a turn is to be sent. */
    boolean due(long nowMs) {
        return probing() && dueMs - nowMs <= 0 && nextTurn - firstWaiting < TURNS_MAX;
    }

    /** Whether a turn has a probe that must not come back. */
    boolean negative() {
        return probe.enabled() && probe.negative();
    }

    /** Begins a turn with its probe that must come back. */
    void sent(long nowMs, long probeSequence, int probeNonce) {
        int at = (int) nextTurn++ & MASK;
        sentMs[at] = nowMs;
        sequence[at] = probeSequence;
        nonce[at] = probeNonce;
        came[at] = false;
        negativeSequence[at] = NOT_SENT;
        negativeCame[at] = false;
        dueMs += probe.intervalMs();
        if (dueMs - nowMs <= 0) {
            dueMs = nowMs + probe.intervalMs(); // turns that could not be sent are left out
        }
    }

    /** Adds to the turn just begun the probe that must not come back. */
    void sentNegative(long probeSequence, int probeNonce) {
        int at = (int) (nextTurn - 1) & MASK;
        negativeSequence[at] = probeSequence;
        negativeNonce[at] = probeNonce;
    }

    /** Whether a probe of that number and cookie waits and has not come back yet. */
    boolean awaits(long probeSequence, int probeNonce, boolean negative) {
        int at = find(probeSequence, negative);
        return at >= 0
                && (negative
                        ? !negativeCame[at] && negativeNonce[at] == probeNonce
                        : !came[at] && nonce[at] == probeNonce);
    }

    /** A probe that waits came back. */
    void cameBack(long probeSequence, boolean negative) {
        int at = find(probeSequence, negative);
        (negative ? negativeCame : came)[at] = true;
    }

    private int find(long probeSequence, boolean negative) {
        long[] sequences = negative ? negativeSequence : sequence;
        for (long turn = firstWaiting; turn < nextTurn; turn++) {
            int at = (int) turn & MASK;
            if (sequences[at] == probeSequence) {
                return at;
            }
        }
        return -1;
    }

    /** Judges the turns whose time is over. */
    void judge(long nowMs) {
        long answerMs = Math.max(probe.intervalMs(), ANSWER_MS_MIN);
        while (firstWaiting < nextTurn && nowMs - sentMs[(int) firstWaiting & MASK] >= answerMs) {
            if (firstWaiting >= firstCounted && probing()) {
                count((int) firstWaiting & MASK);
            }
            firstWaiting++;
        }
    }

    private void count(int at) {
        missed = came[at] ? 0 : missed + 1;
        leaked = negativeCame[at] ? leaked + 1 : 0;
        passed = came[at] && !negativeCame[at] ? passed + 1 : 0;
        int failures = probe.failures();
        if (passed >= failures) {
            state = State.PASSING;
        } else if (state != State.SILENT && leaked >= failures) {
            state = State.LEAKING;
        } else if (state != State.SILENT && missed >= failures) {
            state = State.FAILING;
        }
        passed = Math.min(passed, failures);
        missed = Math.min(missed, failures);
        leaked = Math.min(leaked, failures);
    }
}
