// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What all probers say, each by its newest report (architecture, section 5, "Inputs").
 *
 * <p>Of two reports of one source the one of the later boot is newer, of one boot the one with the higher sequence. The
 * state of a target in a zone is the majority of verdicts, healthy or unhealthy; a tie is healthy; without a verdict it
 * is initial. At most {@value #SOURCES_MAX} sources are kept: one more displaces the one that booted first.
 *
 * <p>A source reports every two seconds. One that has been silent for more than {@value #SILENT_AFTER_MS} ms is gone:
 * it has no vote on a target that a live source has a verdict on, else the dead would outvote the living for ever.
 * Where no live source has one, the last words of those gone stand, so that losing all probers changes nothing. Another
 * boot of a source that is gone is taken even if it is an earlier one: its clock was set back.
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

    /** No report yet. */
    public static final HealthView EMPTY = new HealthView(new TreeMap<>());

    private record Report(long bootId, long sequence, long heardAtMs, Map<TargetGroupId, GroupReport> groups) {

        boolean isLive(long nowMs) {
            return nowMs - heardAtMs <= SILENT_AFTER_MS && heardAtMs - nowMs <= SILENT_AFTER_MS;
        }

        boolean isSupersededBy(HealthChanged message, long nowMs) {
            if (bootId == message.bootId()) {
                return sequence < message.sequence();
            }
            return bootId < message.bootId() || !isLive(nowMs);
        }
    }

    /** In order of node id, so that equal inputs give equal answers whatever order they came in. */
    private final SortedMap<NodeId, Report> reports;

    private HealthView(SortedMap<NodeId, Report> reports) {
        this.reports = reports;
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
        next.put(
                message.source(),
                new Report(
                        message.bootId(),
                        message.sequence(),
                        nowMs,
                        byGroup(message.targets(), known == null ? Map.of() : known.groups())));
        if (next.size() > SOURCES_MAX) {
            next.entrySet().stream()
                    .min(Comparator.comparingLong(e -> e.getValue().bootId()))
                    .ifPresent(oldest -> next.remove(oldest.getKey()));
        }
        return new HealthView(next);
    }

    /** Groups that it says nothing new of keep what they had, so that nobody has to look at their targets one by one. */
    private static Map<TargetGroupId, GroupReport> byGroup(
            List<TargetHealth> targets, Map<TargetGroupId, GroupReport> known) {
        Map<TargetGroupId, List<TargetHealth>> gathered = new HashMap<>();
        for (TargetHealth health : targets) {
            gathered.computeIfAbsent(health.target().group(), group -> new ArrayList<>())
                    .add(health);
        }
        Map<TargetGroupId, GroupReport> reports = new HashMap<>();
        gathered.forEach((group, said) -> {
            GroupReport before = known.get(group);
            if (before != null && before.isOf(said)) {
                reports.put(group, before);
            } else {
                GroupReport fresh = new GroupReport(said);
                reports.put(group, before != null && before.equals(fresh) ? before : fresh);
            }
        });
        return Map.copyOf(reports);
    }

    /** Whether both views say the same of every target, whenever they heard it. */
    public boolean saysTheSameAs(HealthView other) {
        if (!reports.keySet().equals(other.reports.keySet())) {
            return false;
        }
        for (Map.Entry<NodeId, Report> entry : reports.entrySet()) {
            Report theirs = other.reports.get(entry.getKey());
            if (theirs == null || !entry.getValue().groups().equals(theirs.groups())) {
                return false;
            }
        }
        return true;
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
    GroupVerdicts verdicts(TargetGroupId group, long nowMs) {
        List<GroupVerdicts.Voice> voices = new ArrayList<>();
        for (Report report : reports.values()) {
            GroupReport said = report.groups().get(group);
            if (said != null) {
                voices.add(new GroupVerdicts.Voice(said, report.isLive(nowMs)));
            }
        }
        return new GroupVerdicts(voices);
    }
}
