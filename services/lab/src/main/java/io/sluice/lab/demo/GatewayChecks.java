// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.check.Verdict;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold of what the gateway says of itself: its flow table agrees with the captures, its counters add up. */
final class GatewayChecks {
    private static final int REST_SECONDS = 15;

    private final Narrator narrator;
    private final Fleet fleet;
    private final GatewayAdmin gateway;

    GatewayChecks(Narrator narrator, Fleet fleet, GatewayAdmin gateway) {
        this.narrator = narrator;
        this.fleet = fleet;
        this.gateway = gateway;
    }

    /** Target and cookie of each flow in the table are those that the captures show; every flow of {@code alive} is in. */
    void flowTable(List<PlannedFlow> alive, Verdict verdict) throws IOException {
        JsonNode answer = gateway.flows();
        List<String> problems = new ArrayList<>();
        Set<FlowName> listed = new HashSet<>();
        int compared = 0;
        for (JsonNode flow : answer.path("flows")) {
            FlowName name = name(flow);
            listed.add(name);
            listed.add(name.reversed());
            Optional<ObservedFlow> seen = verdict.flow(name);
            if (seen.isPresent()) {
                compared++;
                compare(flow, seen.get(), problems);
            }
        }
        for (PlannedFlow flow : alive) {
            if (!listed.contains(flow.name())) {
                problems.add(flow.name() + " is not listed");
            }
        }
        long total = answer.path("total").asLong(-1);
        narrator.check(
                "flow-table-agrees-with-captures",
                problems.isEmpty() && total >= alive.size() && compared >= alive.size(),
                problems.isEmpty()
                        ? total + " flows in the table; target and cookie of " + compared + " compared"
                        : FlowChecks.someOf(problems));
    }

    private static FlowName name(JsonNode flow) {
        return new FlowName(
                flow.path("protocol").asInt(),
                HostAddress.of(flow.path("source").asText()),
                flow.path("sourcePort").asInt(),
                HostAddress.of(flow.path("destination").asText()),
                flow.path("destinationPort").asInt());
    }

    private static void compare(JsonNode listed, ObservedFlow seen, List<String> problems) {
        String target = Zone.applianceName(listed.path("target").asText());
        if (!seen.appliancesForward().contains(target)) {
            problems.add(seen.name() + " is at " + seen.appliancesForward() + ", listed at " + target);
        }
        Set<String> cookies = seen.cookies().stream()
                .map(cookie -> String.format("0x%08x", cookie))
                .collect(Collectors.toSet());
        String cookie = listed.path("cookie").asText();
        if (!cookies.contains(cookie)) {
            problems.add(seen.name() + " has " + cookies + ", listed " + cookie);
        }
    }

    /** Waits until nothing moves any more, then: in + generated = out + dropped + held, and every drop has a reason. */
    GatewayAdmin.Packets accounts() throws IOException, AbandonedException {
        GatewayAdmin.Packets[] latest = {gateway.packets()};
        fleet.await("packets to come to rest", REST_SECONDS, () -> {
            try {
                GatewayAdmin.Packets previous = latest[0];
                latest[0] = gateway.packets();
                return latest[0].equals(previous) && latest[0].counter("held") == 0;
            } catch (IOException e) {
                return false;
            }
        });
        GatewayAdmin.Packets packets = latest[0];
        narrator.check(
                "packets-accounted-for",
                packets.balanced() && packets.in() > 0,
                packets.in() + " in + " + packets.counter("generated") + " generated = " + packets.out() + " out + "
                        + packets.counter("dropped") + " dropped + " + packets.counter("held") + " held");
        String reasons = packets.drops().entrySet().stream()
                .filter(reason -> reason.getValue() > 0)
                .map(reason -> reason.getKey() + " " + reason.getValue())
                .collect(Collectors.joining(", "));
        narrator.check(
                "drops-have-reasons",
                packets.dropsByReason() == packets.counter("dropped"),
                packets.counter("dropped") + " dropped" + (reasons.isEmpty() ? "" : ": " + reasons));
        return packets;
    }
}
