// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.report.Narrator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The demo's results, as a table for people and as one JSON object for programs. */
final class DemoSummary {
    private final ObjectMapper json = new ObjectMapper();
    private List<ObservedFlow> flows = List.of();
    private GatewayAdmin.Packets packets = new GatewayAdmin.Packets(Map.of(), Map.of());
    private @Nullable Rows rows;
    private double detectionSeconds = Double.NaN;
    private double recoverySeconds = Double.NaN;

    void flows(List<ObservedFlow> observed) {
        flows = observed;
    }

    void packets(GatewayAdmin.Packets counted) {
        packets = counted;
    }

    /** The second act's rows, as far as they will have been shown when the summary is made. */
    void rows(Rows shown) {
        rows = shown;
    }

    void detectionSeconds(double seconds) {
        detectionSeconds = seconds;
    }

    void recoverySeconds(double seconds) {
        recoverySeconds = seconds;
    }

    /** Flows and packets per appliance, then the run's figures. */
    List<String> table(List<Narrator.Check> checks, double elapsedSeconds) {
        List<String> lines = new ArrayList<>();
        String row = "%-10s %6s %6s %6s %6s %8s %8s";
        lines.add(row.formatted("appliance", "tcp", "udp", "icmp", "ipv6", "forward", "reverse")
                .stripTrailing());
        for (Zone zone : Zone.ALL) {
            for (Zone.Appliance appliance : zone.appliances()) {
                String name = appliance.name();
                List<ObservedFlow> here = flows.stream()
                        .filter(f -> f.appliancesForward().contains(name)
                                || f.appliancesReverse().contains(name))
                        .toList();
                lines.add(row.formatted(
                        name,
                        count(here, FlowName.TCP),
                        count(here, FlowName.UDP),
                        count(here, FlowName.ICMP) + count(here, FlowName.ICMPV6),
                        here.stream().filter(f -> f.source().ipv6()).count(),
                        here.stream()
                                .filter(f -> f.appliancesForward().contains(name))
                                .count(),
                        here.stream()
                                .filter(f -> f.appliancesReverse().contains(name))
                                .count()));
            }
        }
        long sent = flows.stream().mapToLong(ObservedFlow::packetsSent).sum();
        long returned = flows.stream().mapToLong(ObservedFlow::packetsReturned).sum();
        lines.add("flows " + flows.size() + ", symmetric "
                + flows.stream().filter(ObservedFlow::symmetric).count() + "; packets to appliances " + sent
                + ", returned " + returned + " (the rest died with the appliance)");
        lines.add("gateway: in " + packets.in() + ", out " + packets.out() + ", dropped " + packets.counter("dropped"));
        lines.add(String.format(
                Locale.ROOT,
                "appliance failure: new flows were safe after %.1f s; back in service after %.1f s",
                detectionSeconds,
                recoverySeconds));
        shownRows().forEach(shown -> lines.addAll(lines(shown)));
        long held = checks.stream().filter(Narrator.Check::ok).count();
        lines.add(String.format(Locale.ROOT, "%d of %d checks held, in %.0f s", held, checks.size(), elapsedSeconds));
        return lines;
    }

    private List<Row> shownRows() {
        return rows == null ? List.of() : rows.rows();
    }

    private static List<String> lines(Row row) {
        String column = "            %-9s %s";
        return List.of(
                "%-4s %-6s %s"
                        .formatted(
                                row.id().text(),
                                row.ok() ? "ok" : "FAILED",
                                row.id().title()),
                column.formatted("new", row.newFlows()),
                column.formatted("existing", row.existingFlows()),
                column.formatted("recovery", row.recovery()));
    }

    /** One object with {@code flows}, {@code packets}, {@code rows} and {@code checks}. */
    String json(List<Narrator.Check> checks) {
        ObjectNode root = json.createObjectNode();
        ArrayNode flowNodes = root.putArray("flows");
        for (ObservedFlow flow : flows) {
            ObjectNode node = flowNodes.addObject();
            node.put("endpoint", flow.endpoint());
            node.put("protocol", FlowName.protocolName(flow.protocol()));
            node.put("source", flow.source().toString());
            node.put("destination", flow.destination().toString());
            ObjectNode ports = node.putObject("ports");
            ports.put("source", flow.sourcePort());
            ports.put("destination", flow.destinationPort());
            node.put("appliance_forward", joined(flow.appliancesForward()));
            node.put("appliance_reverse", joined(flow.appliancesReverse()));
            node.put("symmetric", flow.symmetric());
        }
        ObjectNode packetNode = root.putObject("packets");
        packetNode.put("in", packets.in());
        packetNode.put("out", packets.out());
        packetNode.put("generated", packets.counter("generated"));
        packetNode.put("held", packets.counter("held"));
        ObjectNode dropped = packetNode.putObject("dropped");
        new TreeMap<>(packets.drops()).forEach(dropped::put);
        ArrayNode rowNodes = root.putArray("rows");
        for (Row row : shownRows()) {
            rowNodes.addObject()
                    .put("id", row.id().text())
                    .put("name", row.id().title())
                    .put("new_flows", row.newFlows())
                    .put("existing_flows", row.existingFlows())
                    .put("recovery", row.recovery())
                    .put("ok", row.ok())
                    .put("detail", row.detail());
        }
        ArrayNode checkNodes = root.putArray("checks");
        for (Narrator.Check check : checks) {
            checkNodes
                    .addObject()
                    .put("name", check.name())
                    .put("ok", check.ok())
                    .put("detail", check.detail());
        }
        try {
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree of plain values", e);
        }
    }

    /** One name, or null when that direction was not seen; several names only where symmetry is broken. */
    private static @Nullable String joined(Set<String> names) {
        return names.isEmpty() ? null : String.join(",", names);
    }

    private static long count(List<ObservedFlow> flows, int protocol) {
        return flows.stream().filter(f -> f.protocol() == protocol).count();
    }
}
