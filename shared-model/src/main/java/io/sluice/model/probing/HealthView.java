// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What all probers say, each by its newest report (architecture, section 5, "Inputs").
 *
 * <p>Of two reports of one source the one of the later boot is newer, of one boot the one with the higher sequence. At most
 * {@value #SOURCES_MAX} sources are kept: one more displaces who has been gone longest or, where all are live, who booted first,
 * as that is the same everywhere; never the node's own.
 *
 * <p>A target seen from a zone is probed by some of those that can, see {@link ProberAssignment}. Its state is the majority of
 * their verdicts, healthy or unhealthy; a tie is healthy; without a verdict it is initial.
 *
 * <p>A source reports every two seconds. One that says that it leaves, or has been silent for more than {@value
 * #SILENT_AFTER_MS} ms, is gone, and what it probed is assigned to others. Its last word stands until they have verdicts of
 * their own, see {@link GroupVerdicts}; so does that of an earlier boot of a source. Another boot of a source that is gone is
 * taken even if it is an earlier one: its clock was set back. What others have found since is forgotten {@value
 * #REMEMBERED_MS} ms after the word was heard, so that no vacancy of a later day brings it back; a word on what nobody else
 * probes stands for ever.
 *
 * <p>A target that drains may be registered again under the same reference (T20). So whoever begins to call it draining ends
 * what others said of it before, and one that starts with it draining, perhaps by an old configuration, what those did who
 * are gone.
 *
 * <p><b>Units</b>: {@code nowMs} is milliseconds of the hearer's own clock and is compared with itself only; when it
 * steps by more than {@value #SILENT_AFTER_MS} ms either way, all sources are gone until they report again, which
 * changes no verdict that they agree on.
 *
 * <p><b>Threading</b>: immutable.
 */
public final class HealthView {

    /** Sources kept. */
    public static final int SOURCES_MAX = 64;

    /** Three reports missed, and some lateness. */
    public static final long SILENT_AFTER_MS = 7_000;

    /** By then all who came in its place have found themselves how a target is, but with the slowest of checks. */
    public static final long REMEMBERED_MS = 600_000;

    /** No report yet, and as many probers to a target as by default. */
    public static final HealthView EMPTY = empty(ProberAssignment.PROBERS_DEFAULT);

    /**
     * A source's newest report.
     *
     * @param bootHeardAtMs when its boot was first heard
     * @param leaving it is the last
     * @param groups what it says
     * @param former verdicts of the boot before that it has not replaced
     */
    private record Report(
            Prober prober,
            long sequence,
            long heardAtMs,
            long bootHeardAtMs,
            boolean leaving,
            Map<TargetGroupId, GroupReport> groups,
            Map<TargetGroupId, GroupReport> former) {

        long bootId() {
            return prober.bootId();
        }

        boolean isOfTheSameBootAs(@Nullable Report other) {
            return other != null && prober.equals(other.prober);
        }

        /** Targets that it calls draining and an earlier report of the same boot did not. */
        Set<TargetRef> drainingSince(@Nullable Report earlier) {
            Map<TargetGroupId, GroupReport> before =
                    earlier != null && isOfTheSameBootAs(earlier) ? earlier.groups : Map.of();
            Set<TargetRef> since = new HashSet<>();
            groups.forEach(
                    (group, said) -> since.addAll(said.drainingSince(before.getOrDefault(group, GroupReport.NOTHING))));
            return since;
        }

        Report with(Map<TargetGroupId, GroupReport> said, Map<TargetGroupId, GroupReport> before) {
            return new Report(prober, sequence, heardAtMs, bootHeardAtMs, leaving, said, before);
        }

        boolean isLive(long nowMs) {
            return !leaving && nowMs - heardAtMs <= SILENT_AFTER_MS && heardAtMs - nowMs <= SILENT_AFTER_MS;
        }

        /** Whoever is live has another boot where it was restarted: others may wait for its verdicts. */
        boolean saysTheSameAs(Report other) {
            return prober.equals(other.prober)
                    && leaving == other.leaving
                    && groups.equals(other.groups)
                    && former.equals(other.former);
        }

        boolean isSupersededBy(HealthChanged message, long nowMs) {
            if (bootId() == message.bootId()) {
                return sequence < message.sequence();
            }
            return bootId() < message.bootId() || !isLive(nowMs);
        }
    }

    /** In order of node id, so that equal inputs give equal answers whatever order they came in. */
    private final SortedMap<NodeId, Report> reports;

    private final int probers;
    private final @Nullable NodeId own;

    private HealthView(int probers, @Nullable NodeId own, SortedMap<NodeId, Report> reports) {
        this.probers = probers;
        this.own = own;
        this.reports = reports;
    }

    /**
     * No report yet.
     *
     * @param probers how many are to probe a target from a zone, 1 to {@value ProberAssignment#PROBERS_MAX}
     */
    public static HealthView empty(int probers) {
        return new HealthView(ProberAssignment.requireCount(probers), null, new TreeMap<>());
    }

    /**
     * No report yet, for a node that is a prober itself.
     *
     * @param probers how many are to probe a target from a zone, 1 to {@value ProberAssignment#PROBERS_MAX}
     * @param own the node, which is never displaced
     */
    public static HealthView empty(int probers, NodeId own) {
        return new HealthView(ProberAssignment.requireCount(probers), own, new TreeMap<>());
    }

    /**
     * The view with one more report; this one where the report is not news.
     *
     * @param nowMs when it was heard
     */
    public HealthView with(HealthChanged message, long nowMs) {
        Report known = reports.get(message.source());
        if (known != null && !known.isSupersededBy(message, nowMs)) {
            return this;
        }
        SortedMap<NodeId, Report> next = new TreeMap<>(reports);
        Report said = report(message, known, nowMs);
        next.put(message.source(), said);
        endRegistrations(next, said, known, nowMs);
        forget(next, nowMs);
        if (next.size() > SOURCES_MAX) {
            displace(next, nowMs);
        }
        return new HealthView(probers, own, next);
    }

    private void displace(SortedMap<NodeId, Report> reports, long nowMs) {
        reports.values().stream()
                .filter(report -> !report.prober().node().equals(own))
                .min(Comparator.comparing((Report report) -> report.isLive(nowMs))
                        .thenComparingLong(report -> report.isLive(nowMs) ? report.bootId() : report.heardAtMs()))
                .ifPresent(displaced -> reports.remove(displaced.prober().node()));
    }

    /** What was said before of targets that are draining since. */
    private static void endRegistrations(
            SortedMap<NodeId, Report> reports, Report said, @Nullable Report before, long nowMs) {
        Set<TargetRef> draining = said.drainingSince(before);
        if (draining.isEmpty()) {
            return;
        }
        boolean heardAnother = said.isOfTheSameBootAs(before);
        reports.replaceAll((source, report) -> {
            boolean ends = !source.equals(said.prober().node()) && (heardAnother || !report.isLive(nowMs));
            return report.with(
                    ends ? drained(report.groups(), draining) : report.groups(), drained(report.former(), draining));
        });
    }

    private static Map<TargetGroupId, GroupReport> drained(
            Map<TargetGroupId, GroupReport> words, Set<TargetRef> draining) {
        Map<TargetGroupId, GroupReport> left = new HashMap<>(words);
        left.replaceAll((group, report) -> report.drained(draining));
        return Map.copyOf(left);
    }

    /** Old words that those who are there have replaced by their own. */
    private static void forget(SortedMap<NodeId, Report> reports, long nowMs) {
        List<Report> live =
                reports.values().stream().filter(report -> report.isLive(nowMs)).toList();
        reports.replaceAll((source, report) -> {
            if (report.isLive(nowMs)) {
                return nowMs - report.bootHeardAtMs() > REMEMBERED_MS
                                && !report.former().isEmpty()
                        ? report.with(report.groups(), notReplaced(report.former(), live))
                        : report;
            }
            return nowMs - report.heardAtMs() > REMEMBERED_MS
                    ? report.with(notReplaced(report.groups(), live), notReplaced(report.former(), live))
                    : report;
        });
        reports.values()
                .removeIf(report -> !report.isLive(nowMs)
                        && report.groups().isEmpty()
                        && report.former().isEmpty());
    }

    private static Map<TargetGroupId, GroupReport> notReplaced(
            Map<TargetGroupId, GroupReport> words, List<Report> live) {
        Map<TargetGroupId, GroupReport> left = words;
        for (Report report : live) {
            Map<TargetGroupId, GroupReport> fewer = new HashMap<>();
            leave(left, report.groups(), fewer);
            left = fewer;
        }
        return Map.copyOf(left);
    }

    private static Report report(HealthChanged message, @Nullable Report known, long nowMs) {
        Prober prober = new Prober(message.source(), message.bootId());
        Map<TargetGroupId, GroupReport> groups = byGroup(message, known == null ? Map.of() : known.groups());
        Map<TargetGroupId, GroupReport> former = new HashMap<>();
        if (known != null) {
            leave(known.former(), groups, former);
            if (!known.prober().equals(prober)) {
                leave(known.groups(), groups, former);
            }
        }
        long bootHeardAtMs = known != null && known.prober().equals(prober) ? known.bootHeardAtMs() : nowMs;
        return new Report(
                prober, message.sequence(), nowMs, bootHeardAtMs, message.leaving(), groups, Map.copyOf(former));
    }

    /** Of earlier words those that later ones do not replace. */
    private static void leave(
            Map<TargetGroupId, GroupReport> earlier,
            Map<TargetGroupId, GroupReport> later,
            Map<TargetGroupId, GroupReport> into) {
        earlier.forEach((group, report) -> {
            GroupReport left = report.beside(later.get(group));
            if (left != null) {
                into.put(group, left);
            }
        });
    }

    /** Groups that it says nothing new of keep what they had, so that nobody has to look at their targets one by one. */
    private static Map<TargetGroupId, GroupReport> byGroup(
            HealthChanged message, Map<TargetGroupId, GroupReport> known) {
        Map<TargetGroupId, List<TargetHealth>> inherited = gathered(message.inherited());
        Map<TargetGroupId, GroupReport> reports = new HashMap<>();
        gathered(message.targets()).forEach((group, said) -> {
            List<TargetHealth> took = inherited.getOrDefault(group, List.of());
            GroupReport before = known.get(group);
            if (before != null && before.isOf(said, took)) {
                reports.put(group, before);
            } else {
                GroupReport fresh = new GroupReport(said, took);
                reports.put(group, before != null && before.equals(fresh) ? before : fresh);
            }
        });
        return Map.copyOf(reports);
    }

    private static Map<TargetGroupId, List<TargetHealth>> gathered(List<TargetHealth> targets) {
        Map<TargetGroupId, List<TargetHealth>> gathered = new HashMap<>();
        for (TargetHealth health : targets) {
            gathered.computeIfAbsent(health.target().group(), group -> new ArrayList<>())
                    .add(health);
        }
        return gathered;
    }

    /** Whether both views say the same of every target, whenever they heard it. */
    public boolean saysTheSameAs(HealthView other) {
        if (!reports.keySet().equals(other.reports.keySet())) {
            return false;
        }
        for (Map.Entry<NodeId, Report> entry : reports.entrySet()) {
            Report theirs = other.reports.get(entry.getKey());
            if (theirs == null || !entry.getValue().saysTheSameAs(theirs)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the newest report of a node is of this boot of it. */
    public boolean knows(Prober prober) {
        Report known = reports.get(prober.node());
        return known != null && known.prober().equals(prober);
    }

    /** Sources heard lately: whose verdicts count before those of the others. */
    public Set<NodeId> liveSources(long nowMs) {
        Set<NodeId> live = new TreeSet<>();
        reports.forEach((source, report) -> {
            if (report.isLive(nowMs)) {
                live.add(source);
            }
        });
        return live;
    }

    /**
     * State of a target that is in use, seen from a zone.
     *
     * <p>A prober whose configuration is behind may call it unused or draining: that is no verdict. The reason is that
     * of the first prober, by node id, that is of the majority; the state began when the first of the majority said so.
     */
    public TargetHealth health(TargetRef target, Zone probedFrom, long nowMs) {
        return verdicts(target.group(), nowMs).health(target, probedFrom);
    }

    /** What is said of one group's targets. */
    public GroupVerdicts verdicts(TargetGroupId group, long nowMs) {
        List<GroupVerdicts.Voice> voices = new ArrayList<>();
        for (Report report : reports.values()) {
            GroupReport said = report.groups().get(group);
            GroupReport former = report.former().get(group);
            if (said != null || former != null) {
                voices.add(new GroupVerdicts.Voice(
                        report.prober(), said == null ? GroupReport.NOTHING : said, former, report.isLive(nowMs)));
            }
        }
        return new GroupVerdicts(probers, voices);
    }
}
