// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was told to the gateway and done to its appliances, and when: all that the policy is judged by. Nothing in it was
 * learnt from the gateway.
 *
 * <p>What was told counts from the moment the request was sent, and what it replaced counts until the reply came: in
 * between either may be in force.
 *
 * <p><b>Units</b>: milliseconds since 1970. <b>Threading</b>: confined to one thread.
 */
final class Timeline {

    /** A time, both ends included. */
    record Window(long fromMs, long toMs) {
        boolean meets(long otherFromMs, long otherToMs) {
            return fromMs <= otherToMs && otherFromMs <= toMs;
        }

        Window earlier(long ms) {
            return new Window(fromMs - ms, toMs);
        }
    }

    /**
     * When something was in force.
     *
     * @param fromMs when it was sent
     * @param knownMs when it was acknowledged
     * @param untilMs when what replaced it was acknowledged
     * @param told what it says
     */
    record Epoch(long fromMs, long knownMs, long untilMs, Told told) {}

    /** An appliance that failed its health checks, from the order to fail to the acknowledged order to answer again. */
    private record Outage(long fromMs, long toMs) {}

    private final List<Epoch> epochs = new ArrayList<>();
    private final Map<String, List<Outage>> outages = new HashMap<>();
    private final Map<String, Long> failing = new HashMap<>();

    /** Something was told: nothing where it says the same of flows as before. */
    void told(long sentMs, long repliedMs, Told told) {
        if (!epochs.isEmpty()) {
            Epoch last = epochs.getLast();
            if (last.told().equals(told)) {
                return;
            }
            epochs.set(epochs.size() - 1, new Epoch(last.fromMs(), last.knownMs(), repliedMs, last.told()));
        }
        epochs.add(new Epoch(sentMs, repliedMs, Long.MAX_VALUE, told));
    }

    /** An appliance is told to fail its health checks. */
    void fails(String appliance, long atMs) {
        failing.put(appliance, atMs);
    }

    /** An appliance answers health checks again, for certain. */
    void recovers(String appliance, long atMs) {
        Long since = failing.remove(appliance);
        if (since != null) {
            outages.computeIfAbsent(appliance, any -> new ArrayList<>()).add(new Outage(since, atMs));
        }
    }

    /** The appliances that fail now. */
    List<String> failing() {
        return List.copyOf(failing.keySet());
    }

    /** Everything that may have been in force within a window, the earliest first. */
    List<Epoch> within(Window window) {
        return epochs.stream()
                .filter(epoch -> window.meets(epoch.fromMs(), epoch.untilMs()))
                .toList();
    }

    /** Whether an appliance failed at any time of a window. */
    boolean failedWithin(String appliance, Window window) {
        Long since = failing.get(appliance);
        return (since != null && since <= window.toMs())
                || outages.getOrDefault(appliance, List.of()).stream()
                        .anyMatch(outage -> window.meets(outage.fromMs(), outage.toMs()));
    }

    /** Whether an appliance failed for the whole of a window. */
    boolean failedThroughout(String appliance, Window window) {
        Long since = failing.get(appliance);
        return (since != null && since <= window.fromMs())
                || outages.getOrDefault(appliance, List.of()).stream()
                        .anyMatch(outage -> outage.fromMs() <= window.fromMs() && window.toMs() <= outage.toMs());
    }

    /** All epochs in order. */
    List<Epoch> epochs() {
        return List.copyOf(epochs);
    }
}
