// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import io.sluice.lab.churn.FlowHistory.Stretch;
import io.sluice.lab.churn.Timeline.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Holds what flows did against what the {@link Policy} lets them do.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class HistoryJudge {
    private final Policy policy;
    private final Map<String, Integer> movesByRow = new TreeMap<>();
    private final List<String> unexplainedMoves = new ArrayList<>();
    private final List<String> unexplainedPicks = new ArrayList<>();
    private final List<String> unexplainedResets = new ArrayList<>();
    private final List<String> stranded = new ArrayList<>();
    private final List<String> passedRejected = new ArrayList<>();
    private final List<String> sharedCookies = new ArrayList<>();
    private int judged;
    private int moved;
    private int picks;

    HistoryJudge(Policy policy) {
        this.policy = policy;
    }

    /**
     * Judges a flow.
     *
     * @param flow who it is, for messages
     * @param endpoint where it enters
     * @param history where it was; not empty
     * @param resetsMs when it was answered with a reset
     */
    void judge(String flow, long endpoint, FlowHistory history, List<Long> resetsMs) {
        judged++;
        List<Stretch> stretches = history.stretches();
        picks++;
        Stretch first = stretches.getFirst();
        if (!policy.mayPick(endpoint, first.appliance, Policy.decided(first.firstMs))) {
            unexplainedPicks.add(flow + " began at " + first);
        }
        for (long resetMs : resetsMs) {
            Stretch at = history.before(resetMs);
            if (!policy.mayReset(endpoint, at.appliance, Policy.decided(resetMs))) {
                unexplainedResets.add(flow + " was reset at " + resetMs + ", being at " + at);
            }
        }
        Map<Integer, String> applianceOf = new HashMap<>();
        for (int i = 0; i < stretches.size(); i++) {
            Stretch now = stretches.get(i);
            String other = applianceOf.put(now.cookie, now.appliance);
            if (other != null && !other.equals(now.appliance)) {
                sharedCookies.add(flow + ": one cookie at " + other + " and " + now); // T9, W-16
            }
            if (i > 0) {
                left(flow, endpoint, stretches.get(i - 1), now, resetsMs);
            }
            if (policy.mustLeave(endpoint, now.appliance, Policy.decided(now.lastMs))) {
                stranded.add(flow + " was still at " + now);
            }
            if (policy.mustBeCutOff(endpoint, Policy.decided(now.lastMs))) {
                passedRejected.add(flow + " passed: " + now);
            }
        }
    }

    private void left(String flow, long endpoint, Stretch before, Stretch now, List<Long> resetsMs) {
        Window window = new Window(before.lastMs - Policy.SLACK_MS, now.firstMs);
        boolean reset = resetsMs.stream().anyMatch(atMs -> window.meets(atMs, atMs));
        Optional<String> row;
        if (reset) {
            picks++;
            row = policy.mayPick(endpoint, now.appliance, Policy.decided(now.firstMs))
                    ? Optional.of("T14")
                    : Optional.empty();
        } else {
            row = policy.mayLeave(endpoint, before.appliance, now.appliance, window);
        }
        if (!before.appliance.equals(now.appliance)) {
            moved++;
        }
        row.ifPresentOrElse(
                id -> movesByRow.merge(id, 1, Integer::sum),
                () -> unexplainedMoves.add(flow + " left " + before + " for " + now));
    }

    /** Flows judged. */
    int judged() {
        return judged;
    }

    /** Changes of the appliance. */
    int moved() {
        return moved;
    }

    /** First picks, those after a reset included. */
    int picks() {
        return picks;
    }

    /** Moves, and new lives at the same appliance, by the row that lets them. */
    Map<String, Integer> movesByRow() {
        return movesByRow;
    }

    List<String> unexplainedMoves() {
        return unexplainedMoves;
    }

    List<String> unexplainedPicks() {
        return unexplainedPicks;
    }

    List<String> unexplainedResets() {
        return unexplainedResets;
    }

    /** Flows at a target that they must have left. */
    List<String> stranded() {
        return stranded;
    }

    /** Flows that passed while their endpoint was cut off for certain. */
    List<String> passedRejected() {
        return passedRejected;
    }

    /** Flows with one cookie at two appliances. */
    List<String> sharedCookies() {
        return sharedCookies;
    }
}
