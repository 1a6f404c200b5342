// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import io.sluice.lab.churn.Timeline.Epoch;
import io.sluice.lab.churn.Timeline.Window;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the contract lets happen to flows, by a {@link Timeline}: the rows T1 to T3 for new flows, T5 to T10 for those that
 * have a target, T14 for resets, E-4 for endpoints.
 *
 * <p>It knows when things were told and when appliances failed, not when the gateway noticed: so each answer is about a
 * window, and says whether something <em>may</em> or <em>must</em> have been so at some time in it.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class Policy {
    /** From an acknowledged change to the packet that shows it, on a machine that does much else. */
    static final long SLACK_MS = 1_500;

    /** How far back health checks of any setting reach: what is older has been noticed. */
    private static final long CHECKS_MS_MAX = 60_000;

    private final Timeline timeline;

    Policy(Timeline timeline) {
        this.timeline = timeline;
    }

    /** The window in which what a packet shows was decided: it was at the appliance at {@code atMs}. */
    static Window decided(long atMs) {
        return new Window(atMs - SLACK_MS, atMs);
    }

    /** Whether a new flow of an endpoint may go to a target (T1a to T3i, H-7, T18). */
    boolean mayPick(long endpoint, String target, Window window) {
        return timeline.within(window).stream().map(Epoch::told).anyMatch(told -> {
            List<String> eligible = told.eligible(endpoint);
            if (!told.passes(endpoint) || !eligible.contains(target)) {
                return false;
            }
            boolean opens = told.groupOf(endpoint)
                    .map(group -> group.failOpen().equals("forward"))
                    .orElse(false);
            return mayBeHealthy(target, window)
                    || (opens && eligible.stream().allMatch(other -> mayNotBeHealthy(endpoint, other, window)));
        });
    }

    /** Whether new flows of an endpoint may be dropped because no target is healthy. */
    boolean mayFailOpenDrop(long endpoint, Window window) {
        return timeline.within(window).stream()
                .map(Epoch::told)
                .anyMatch(told -> told.groupOf(endpoint)
                                .map(group -> group.failOpen().equals("drop"))
                                .orElse(false)
                        && told.eligible(endpoint).stream()
                                .allMatch(other -> mayNotBeHealthy(endpoint, other, window)));
    }

    /**
     * The row that lets a flow leave a target for another, or for a new life at the same one; empty where there is none.
     *
     * @param window from the last packet before to the first one after
     */
    Optional<String> mayLeave(long endpoint, String from, String to, Window window) {
        if (mayBeCutOff(endpoint, window)) {
            return mayPick(endpoint, to, window) ? Optional.of("E-4") : Optional.empty();
        }
        // T10: only where somebody is healthy
        boolean arrives = timeline.within(window).stream()
                        .anyMatch(epoch -> epoch.told().eligible(endpoint).contains(to))
                && mayBeHealthy(to, window);
        if (!arrives || !rebalances(from, window)) {
            return Optional.empty();
        }
        if (mayBeUnhealthy(endpoint, from, window)) {
            return Optional.of("T5");
        }
        return mayBeGone(from, window) ? Optional.of("T6") : Optional.empty();
    }

    /** Whether a TCP flow may be answered with a reset because of its target (T14). */
    boolean mayReset(long endpoint, String target, Window window) {
        return lastGroups(target, window).stream()
                .filter(group -> !group.rebalances())
                .anyMatch(group -> (group.resetOnUnhealthy() && mayBeUnhealthy(endpoint, target, window))
                        || (group.resetOnDeregistration() && mayBeGone(target, window)));
    }

    /** Whether an endpoint may have been without a connection at some time. */
    boolean mayBeCutOff(long endpoint, Window window) {
        return timeline.within(window).stream().anyMatch(epoch -> !epoch.told().passes(endpoint));
    }

    /** Whether an endpoint was without one all the time. */
    boolean mustBeCutOff(long endpoint, Window window) {
        return timeline.within(window).stream().noneMatch(epoch -> epoch.told().passes(endpoint));
    }

    /**
     * Whether a flow must have left a target by the end of a window (T5, T6): its group rebalances, the target is gone
     * or unhealthy for certain, and so is the health of another.
     */
    boolean mustLeave(long endpoint, String target, Window window) {
        boolean rebalance = lastGroups(target, window).stream().allMatch(Told.Group::rebalances);
        if (!rebalance || !(mustBeGone(target, window) || mustBeUnhealthy(endpoint, target, window))) {
            return false;
        }
        return timeline.within(window).stream()
                .map(Epoch::told)
                .allMatch(told -> told.eligible(endpoint).stream()
                        .anyMatch(other -> !other.equals(target)
                                && isRegisteredThroughout(other, window)
                                && !mayNotBeHealthy(endpoint, other, window)));
    }

    private boolean rebalances(String target, Window window) {
        return lastGroups(target, window).stream().anyMatch(Told.Group::rebalances);
    }

    /** The group of a target as it may have been in a window; the group of one that has left is what it last was in. */
    private List<Told.Group> lastGroups(String target, Window window) {
        String name = nameOfGroup(target);
        return timeline.within(window).stream()
                .flatMap(epoch -> Stream.ofNullable(epoch.told().groups().get(name)))
                .toList();
    }

    /** A target is in one group all its life: that is how the scenario is made. */
    private String nameOfGroup(String target) {
        for (Epoch epoch : timeline.epochs()) {
            for (var group : epoch.told().groups().entrySet()) {
                if (group.getValue().targets().containsKey(target)) {
                    return group.getKey();
                }
            }
        }
        return "";
    }

    // ------------------------------------------------------------ health

    /** A target may be healthy: long enough registered and used, and not failing for longer than its checks take. */
    boolean mayBeHealthy(String target, Window window) {
        Told.Check check = slowestCheck(target, window);
        if (timeline.failedThroughout(target, window.earlier(check.failsWithinMs()))) {
            return false;
        }
        List<Told.Check> checks = timeline.within(window.earlier(CHECKS_MS_MAX)).stream()
                .flatMap(epoch -> epoch.told().groupWith(target).stream())
                .map(Told.Group::check)
                .toList();
        long soonestMs = soonestHealthyMs(checks);
        return !checks.isEmpty()
                && (usedFor(target, window.fromMs(), soonestMs) || usedFor(target, window.toMs(), soonestMs));
    }

    /**
     * The shortest from a registration to the verdict by settings that followed on each other (H-7). The first check may
     * come at once, the second where its place in the interval is; and so may one after each change of the interval.
     */
    private static long soonestHealthyMs(List<Told.Check> checks) {
        long intervalMs = Long.MAX_VALUE;
        int healthy = Integer.MAX_VALUE;
        int atOnce = 2;
        long before = checks.isEmpty() ? 0 : checks.getFirst().intervalMs();
        for (Told.Check check : checks) {
            intervalMs = Math.min(intervalMs, check.intervalMs());
            healthy = Math.min(healthy, check.healthy());
            atOnce += check.intervalMs() == before ? 0 : 1;
            before = check.intervalMs();
        }
        return checks.isEmpty() ? 0 : intervalMs * Math.max(0, healthy - atOnce);
    }

    private boolean usedFor(String target, long atMs, long ms) {
        long since = usedSince(target, atMs);
        return since != Long.MAX_VALUE && since + ms <= atMs + SLACK_MS;
    }

    /** A target may not be healthy, as the node of an endpoint's zone sees it. */
    boolean mayNotBeHealthy(long endpoint, String target, Window window) {
        Told.Check check = slowestCheck(target, window);
        long reachMs = check.recoversWithinMs() + SLACK_MS;
        return timeline.failedWithin(target, window.earlier(reachMs))
                || usedSince(target, window.fromMs()) > window.fromMs() - reachMs
                || !seenThroughout(endpoint, target, window.earlier(reachMs));
    }

    /** A target may be unhealthy: it failed lately. */
    private boolean mayBeUnhealthy(long endpoint, String target, Window window) {
        Told.Check check = slowestCheck(target, window);
        boolean registered = timeline.within(window).stream()
                .anyMatch(epoch -> epoch.told().groupWith(target).isPresent());
        return registered
                && timeline.failedWithin(target, window.earlier(check.recoversWithinMs() + SLACK_MS))
                && timeline.within(window).stream()
                        .anyMatch(epoch -> epoch.told().passes(endpoint));
    }

    private boolean mustBeUnhealthy(long endpoint, String target, Window window) {
        Told.Check check = slowestCheck(target, window);
        Window checked = window.earlier(check.failsWithinMs() + SLACK_MS);
        return timeline.failedThroughout(target, checked)
                && isRegisteredThroughout(target, checked)
                && seenThroughout(endpoint, target, checked);
    }

    /** The slowest of the settings that a target's group may have had lately. */
    private Told.Check slowestCheck(String target, Window window) {
        String name = nameOfGroup(target);
        long intervalMs = 0;
        long timeoutMs = 0;
        int healthy = 0;
        int unhealthy = 0;
        for (Epoch epoch : timeline.within(window.earlier(CHECKS_MS_MAX))) {
            Told.Group group = epoch.told().groups().get(name);
            if (group != null) {
                intervalMs = Math.max(intervalMs, group.check().intervalMs());
                timeoutMs = Math.max(timeoutMs, group.check().timeoutMs());
                healthy = Math.max(healthy, group.check().healthy());
                unhealthy = Math.max(unhealthy, group.check().unhealthy());
            }
        }
        return new Told.Check(intervalMs, timeoutMs, healthy, unhealthy);
    }

    // ------------------------------------------------------------ registration

    /** Since when a target is registered in a group that is used, at a time at the latest: the earliest it may have been. */
    private long usedSince(String target, long atMs) {
        long since = Long.MAX_VALUE;
        boolean before = false;
        for (Epoch epoch : timeline.epochs()) {
            if (epoch.fromMs() > atMs) {
                break;
            }
            boolean used = epoch.told().uses(target);
            if (used && !before) {
                since = epoch.fromMs();
            }
            before = used;
        }
        return before ? since : Long.MAX_VALUE;
    }

    /** Whether a target was in E(z) of an endpoint all the time: whether its node has checked it all the time. */
    private boolean seenThroughout(long endpoint, String target, Window window) {
        return timeline.within(window).stream()
                .allMatch(epoch -> epoch.told().eligible(endpoint).contains(target));
    }

    private boolean isRegisteredThroughout(String target, Window window) {
        return timeline.within(window).stream()
                .allMatch(epoch -> epoch.told().groupWith(target).isPresent());
    }

    /** Whether a target may have been deregistered, and its delay over, at some time in a window (T6, T17). */
    boolean mayBeGone(String target, Window window) {
        return gone(target, window, false);
    }

    /** Whether it must have been so for the whole of a window. */
    boolean mustBeGone(String target, Window window) {
        return gone(target, window, true);
    }

    private boolean gone(String target, Window window, boolean must) {
        String name = nameOfGroup(target);
        List<Epoch> epochs = timeline.epochs();
        boolean wasRegistered = false;
        for (int i = 0; i < epochs.size(); i++) {
            boolean registered = epochs.get(i).told().groupWith(target).isPresent();
            if (registered || !wasRegistered) {
                wasRegistered |= registered;
                continue;
            }
            // deregistered by epoch i; until epoch j, exclusive
            int j = i;
            while (j < epochs.size() && epochs.get(j).told().groupWith(target).isEmpty()) {
                j++;
            }
            long goneMs = must
                    ? surelyGoneMs(name, epochs.get(i).knownMs(), epochs.subList(i, j))
                    : possiblyGoneMs(name, epochs.get(i).fromMs(), epochs.subList(i, j));
            long backMs = j == epochs.size()
                    ? Long.MAX_VALUE
                    : must ? epochs.get(j).fromMs() : epochs.get(j).knownMs() + SLACK_MS;
            boolean so = must
                    ? goneMs + SLACK_MS <= window.fromMs() && window.toMs() < backMs
                    : window.meets(goneMs, backMs);
            if (so) {
                return true;
            }
            wasRegistered = false;
            i = j - 1;
        }
        return false;
    }

    /** The delay is the group's of the moment: the earliest end that any epoch's makes. */
    private static long possiblyGoneMs(String group, long fromMs, List<Epoch> epochs) {
        long goneMs = Long.MAX_VALUE;
        for (Epoch epoch : epochs) {
            Told.Group known = epoch.told().groups().get(group);
            long endMs = known == null ? epoch.fromMs() : Math.max(epoch.fromMs(), fromMs + known.delayMs());
            if (endMs <= epoch.untilMs()) {
                goneMs = Math.min(goneMs, endMs);
            }
        }
        return goneMs;
    }

    /** The end that every reading makes: the longest delay there was since. */
    private static long surelyGoneMs(String group, long knownMs, List<Epoch> epochs) {
        long delayMs = 0;
        for (Epoch epoch : epochs) {
            Told.Group known = epoch.told().groups().get(group);
            delayMs = Math.max(delayMs, known == null ? 0 : known.delayMs());
        }
        return knownMs + delayMs;
    }
}
