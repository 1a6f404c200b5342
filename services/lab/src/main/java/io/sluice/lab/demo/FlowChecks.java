// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.check.Rule;
import io.sluice.lab.check.Verdict;
import io.sluice.lab.report.Narrator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What must hold of the demo's flows: what their clients got, and what the captures show. */
final class FlowChecks {
    private static final int EXAMPLES_MAX = 3;

    private final Narrator narrator;

    FlowChecks(Narrator narrator) {
        this.narrator = narrator;
    }

    /** One check per protocol, IP version and initiator: every client got exactly what it should. */
    void outcomes(String phase, List<FlowResult> results) {
        Map<String, List<FlowResult>> groups = new TreeMap<>();
        for (FlowResult result : results) {
            groups.computeIfAbsent(group(result.flow()), ignored -> new ArrayList<>())
                    .add(result);
        }
        groups.forEach((group, members) -> {
            List<FlowResult> failed = failed(members);
            long bytes = members.stream().mapToLong(m -> m.flow().bytes()).sum();
            narrator.check(
                    phase + "-" + group,
                    failed.isEmpty(),
                    failed.isEmpty()
                            ? members.size() + " flows complete"
                                    + (bytes > 0 ? ", " + bytes / 1024 + " KiB, SHA-256 equal" : "")
                            : failed.size() + " of " + members.size() + " failed: " + examples(failed));
        });
    }

    private static String group(PlannedFlow flow) {
        FlowName name = flow.name();
        boolean versionInName = name.protocol() == FlowName.ICMP || name.protocol() == FlowName.ICMPV6;
        String version = versionInName ? "" : name.source().ipv6() ? "-ipv6" : "-ipv4";
        return FlowName.protocolName(name.protocol())
                + version
                + (flow.fromInternet() ? "-from-internet" : "-from-application");
    }

    /** Each flow crossed one appliance, in both directions, and carried its own endpoint. */
    void symmetric(String phase, List<FlowResult> results, Verdict verdict) {
        List<String> problems = new ArrayList<>();
        for (FlowResult result : results) {
            FlowName name = result.flow().name();
            Optional<ObservedFlow> seen = verdict.flow(name);
            if (seen.isEmpty()) {
                problems.add(name + " was seen by no appliance");
            } else if (!seen.get().symmetric()) {
                problems.add(name + " forward at " + seen.get().appliancesForward() + ", reverse at "
                        + seen.get().appliancesReverse());
            } else if (!seen.get()
                    .endpoint()
                    .equals(result.flow().zone().endpoint().id())) {
                problems.add(name + " carries endpoint " + seen.get().endpoint());
            }
        }
        narrator.check(
                phase + "-flows-symmetric",
                problems.isEmpty(),
                problems.isEmpty()
                        ? "each of " + results.size() + " flows crossed one appliance, in both directions"
                        : problems.size() + " of " + results.size() + ": " + someOf(problems));
    }

    /** Every rule of the contract holds for every packet captured. */
    void rules(String phase, Verdict verdict) {
        rules(phase, verdict, EnumSet.allOf(Rule.class));
    }

    /** Some rules of the contract hold for every packet captured. */
    void rules(String phase, Verdict verdict, Set<Rule> rules) {
        for (Rule rule : rules) {
            narrator.check(
                    phase + "-" + rule.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    verdict.violations(rule) == 0,
                    verdict.sentence(rule));
        }
    }

    /** The flows of each zone are spread over both of its appliances. */
    void bothAppliancesUsed(String phase, List<FlowResult> results, Verdict verdict, List<Zone> zones) {
        for (Zone zone : zones) {
            Map<String, Integer> counts = perAppliance(results, verdict, zone);
            Set<String> both =
                    zone.appliances().stream().map(Zone.Appliance::name).collect(Collectors.toSet());
            narrator.check(
                    phase + "-" + zone.name() + "-uses-both-appliances",
                    counts.keySet().equals(both),
                    "flows: " + counts);
        }
    }

    /** Option 1 names the endpoint that the flow came by, and each endpoint stays in its zone. */
    void endpointsToldApart(Verdict verdict) {
        Map<String, Set<String>> zonesByEndpoint = new TreeMap<>();
        for (ObservedFlow flow : verdict.flows()) {
            Set<String> zones = zonesByEndpoint.computeIfAbsent(flow.endpoint(), ignored -> new TreeSet<>());
            Set<String> seenAt = verdict.appliances(flow.name());
            for (Zone zone : Zone.ALL) {
                if (zone.appliances().stream().anyMatch(a -> seenAt.contains(a.name()))) {
                    zones.add(zone.name());
                }
            }
        }
        Map<String, Set<String>> expected = new TreeMap<>();
        Zone.ALL.forEach(zone -> expected.put(zone.endpoint().id(), Set.of(zone.name())));
        narrator.check(
                "endpoints-told-apart", zonesByEndpoint.equals(expected), "option 1 by zone: " + zonesByEndpoint);
    }

    /** The appliances saw no flow but those that the demo made. */
    void noStrangers(List<PlannedFlow> planned, Verdict verdict) {
        Set<FlowName> ours = new HashSet<>();
        for (PlannedFlow flow : planned) {
            ours.add(flow.name());
            ours.add(flow.name().reversed());
        }
        List<FlowName> strangers = verdict.flows().stream()
                .map(ObservedFlow::name)
                .filter(name -> !ours.contains(name))
                .toList();
        narrator.check(
                "no-flow-but-ours",
                strangers.isEmpty(),
                strangers.isEmpty()
                        ? verdict.flows().size() + " flows at the appliances, all of them the demo's"
                        : strangers.size() + " unknown flows, such as " + strangers.getFirst());
    }

    /** How many of these flows each appliance of a zone saw; an appliance that saw none is absent. */
    static Map<String, Integer> perAppliance(List<FlowResult> results, Verdict verdict, Zone zone) {
        Map<String, Integer> counts = new TreeMap<>();
        for (FlowResult result : results) {
            if (result.flow().zone().number() == zone.number()) {
                verdict.appliances(result.flow().name()).forEach(name -> counts.merge(name, 1, Integer::sum));
            }
        }
        return counts;
    }

    static List<FlowResult> failed(List<FlowResult> results) {
        return results.stream().filter(result -> !result.outcome().ok()).toList();
    }

    static String examples(List<FlowResult> results) {
        return someOf(results.stream().map(FlowResult::toString).toList());
    }

    static String someOf(List<String> all) {
        return all.stream().limit(EXAMPLES_MAX).collect(Collectors.joining("; "));
    }
}
