// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares what the flows of a scene did with what the scene says. It knows no rule of selection: what is right stands in
 * the scene.
 *
 * <p><b>Threading</b>: confined to one thread; one instance for one scene.
 */
final class SceneJudge {
    private final Scene scene;
    private final Set<String> working;
    private final List<String> problems = new ArrayList<>();

    /**
     * What was seen.
     *
     * @param problems what was not as it should be; empty when everything was
     */
    record Finding(String newFlows, String existingFlows, String pairs, List<String> problems) {
        /** Before anything was looked at. */
        static final Finding NOTHING = new Finding("none", "none", "none", List.of("nothing was looked at"));

        boolean ok() {
            return problems.isEmpty();
        }
    }

    /** @param working the appliances that return packets, whatever their health checks say */
    SceneJudge(Scene scene, Set<String> working) {
        this.scene = scene;
        this.working = Set.copyOf(working);
    }

    /**
     * Judges the flows.
     *
     * @param scouted by zone, the appliances that still other new flows of this scene were seen at
     */
    Finding judge(List<TalkView> flows, Map<String, Set<String>> scouted) {
        List<TalkView> made = flows.stream().filter(TalkView::isNew).toList();
        String newFlows = made(made, scouted);
        String existing = existing(flows.stream().filter(f -> !f.isNew()).toList());
        String pairs = pairs(made);
        flows.forEach(this::rightServer);
        return new Finding(newFlows, existing, pairs, List.copyOf(problems));
    }

    private String made(List<TalkView> made, Map<String, Set<String>> scouted) {
        List<String> zones = new ArrayList<>();
        new TreeMap<>(scene.newFlows()).forEach((zone, expected) -> {
            List<TalkView> here = made.stream()
                    .filter(f -> f.site().zone().name().equals(zone))
                    .toList();
            Set<String> used = new TreeSet<>(scouted.getOrDefault(zone, Set.of()));
            Map<String, Integer> counts = new TreeMap<>();
            for (TalkView flow : here) {
                used.addAll(flow.seenAt());
                flow.seenAt().forEach(appliance -> counts.merge(appliance, 1, Integer::sum));
                oneAppliance(flow);
            }
            if (!used.equals(expected)) {
                problems.add("new flows of " + zone + " go to " + used + ", not to " + new TreeSet<>(expected));
            }
            zones.add(zone + " " + counts);
        });
        long answered = made.stream().filter(TalkView::answered).count();
        return String.join(", ", zones) + ", " + answered + " of " + made.size() + " answered";
    }

    private void oneAppliance(TalkView flow) {
        if (flow.seenAt().size() != 1 || flow.cookies().size() != 1) {
            problems.add(flow + " was seen at " + flow.seenAt() + " with "
                    + flow.cookies().size() + " cookies");
        } else {
            answered(flow, working.containsAll(flow.seenAt()));
        }
    }

    private String existing(List<TalkView> flows) {
        Map<String, Integer> told = new TreeMap<>();
        for (TalkView flow : flows) {
            told.merge(existing(flow), 1, Integer::sum);
        }
        return told.isEmpty()
                ? "none yet"
                : String.join(
                        ", ",
                        told.entrySet().stream()
                                .map(e -> e.getValue() + " " + e.getKey())
                                .toList());
    }

    private String existing(TalkView flow) {
        boolean failed = !scene.healthy().contains(flow.pinned());
        if (!flow.asked()) {
            expect(flow, !flow.reset(), "was reset though it said nothing");
            return "keep quiet (untouched)";
        }
        if (failed && scene.existing() == Scene.Existing.MOVE) {
            String to = String.join(", ", flow.seenAt());
            Set<String> allowed =
                    scene.newFlows().getOrDefault(flow.site().zone().name(), Set.of());
            expect(flow, flow.seenAt().size() == 1 && allowed.contains(to), "moved to [" + to + "]");
            expect(flow, Collections.disjoint(flow.cookies(), flow.earlierCookies()), "kept its cookie");
            answered(flow, true);
            return "moved from " + flow.pinned() + " (answered, new cookie)";
        }
        if (failed && scene.existing() == Scene.Existing.RESET && flow.tcp()) {
            expect(flow, flow.reset(), "was not reset");
            return "TCP on " + flow.pinned() + " (reset)";
        }
        expect(
                flow,
                flow.seenAt().equals(Set.of(flow.pinned()))
                        && flow.earlierCookies().equals(flow.cookies()),
                "was pinned to " + flow.pinned() + " and seen at " + flow.seenAt());
        answered(flow, working.contains(flow.pinned()));
        if (failed) {
            return "stay with " + flow.pinned() + " (stalled)";
        }
        return flow.stalled() ? "stay with " + flow.pinned() + " (stalled before, answered again)" : "stay (answered)";
    }

    private void answered(TalkView flow, boolean expected) {
        expect(flow, !flow.reset(), "was reset");
        expect(flow, flow.answered() == expected, expected ? "got no answer" : "got an answer");
    }

    /** F-5: equal tuples of the two spokes are two flows. */
    private String pairs(List<TalkView> made) {
        Map<FlowName, TalkView> first = new HashMap<>();
        made.stream().filter(f -> f.site().spoke() == 1).forEach(f -> first.put(f.name(), f));
        int pairs = 0;
        for (TalkView flow : made) {
            TalkView twin = flow.site().spoke() == 1 ? null : first.get(flow.name());
            if (twin != null) {
                pairs++;
                expect(
                        flow,
                        Collections.disjoint(twin.cookies(), flow.cookies()),
                        "has the cookie of the other spoke's");
            }
        }
        return pairs + " pairs of equal tuples (cookies differ, each answered by its own spoke)";
    }

    private void rightServer(TalkView flow) {
        Set<String> others = new TreeSet<>(flow.answeredBy());
        others.remove(flow.site().serverName());
        expect(flow, others.isEmpty(), "was answered by " + others);
    }

    private void expect(TalkView flow, boolean holds, String otherwise) {
        if (!holds) {
            problems.add(flow + " " + otherwise);
        }
    }
}
