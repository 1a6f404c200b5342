// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.top;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.output.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One picture of a gateway: rates between two samples, and what is there at the second.
 *
 * <p>Rates of targets are those that the gateway says: nodes tell their counts now and then, so that nobody else knows from
 * when a count is. Sent and returned packets of a target are the same packets, twice. Rates of endpoints are of the flows that
 * both samples list, so those of flows that came or went between are missing, and where there are more flows than an answer
 * lists, those beyond.
 */
final class Frame {

    private final Sample before;
    private final Sample now;
    private final Map<String, Long> flowsOfTargets = new HashMap<>();
    private final Map<String, Endpoint> endpoints = new TreeMap<>();

    private static final class Endpoint {
        private long flows;
        private long packets;
        private long bytes;
    }

    private Frame(Sample before, Sample now) {
        this.before = before;
        this.now = now;
        countFlows();
    }

    /** The picture as text, no line longer than its columns need. */
    static String of(Sample before, Sample now) {
        return new Frame(before, now).text();
    }

    private void countFlows() {
        Map<String, JsonNode> known = new HashMap<>();
        before.flows().path("flows").forEach(flow -> known.put(identity(flow), flow));
        for (JsonNode flow : now.flows().path("flows")) {
            flowsOfTargets.merge(targetOf(flow), 1L, Long::sum);
            Endpoint endpoint = endpoints.computeIfAbsent(flow.path("endpoint").asText(), id -> new Endpoint());
            endpoint.flows++;
            JsonNode then = known.get(identity(flow));
            if (then != null) {
                endpoint.packets += both(flow, "packets") - both(then, "packets");
                endpoint.bytes += both(flow, "bytes") - both(then, "bytes");
            }
        }
    }

    private static String identity(JsonNode flow) {
        return flow.path("node").asText() + " " + flow.path("endpoint").asText() + " "
                + flow.path("cookie").asText()
                + " " + flow.path("source").asText() + " "
                + flow.path("sourcePort").asText() + " "
                + flow.path("destination").asText() + " "
                + flow.path("destinationPort").asText();
    }

    private static String targetOf(JsonNode flow) {
        return flow.path("targetGroup").asText() + "/" + flow.path("target").asText();
    }

    private static long both(JsonNode flow, String unit) {
        return flow.path("forward").path(unit).asLong()
                + flow.path("reverse").path(unit).asLong();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        long total = now.flows().path("total").asLong();
        int listed = now.flows().path("flows").size();
        long dropped = packets(now, "dropped") - packets(before, "dropped");
        double seconds = now.drops().secondsSince(before.drops());
        text.append("flows %d%s   packets in %s/s   dropped %s/s   revision %s%n"
                .formatted(
                        total,
                        listed < total ? " (" + listed + " listed)" : "",
                        rate(packets(now, "endpoint-in") - packets(before, "endpoint-in"), seconds),
                        rate(dropped, seconds),
                        Printable.of(now.targets().path("configRevision").asText())));
        text.append('\n');
        targets(text);
        text.append('\n');
        endpoints(text);
        drops(text);
        return text.toString();
    }

    private void targets(StringBuilder text) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("TARGET", "ZONE", "HEALTH", "FLOWS", "SENT/s", "BACK/s", "SENT BYTES/s", "REJECTED/s"));
        for (JsonNode target : now.targets().path("targets")) {
            JsonNode perSecond = target.path("perSecond");
            rows.add(List.of(
                    name(target),
                    target.path("zone").asText(),
                    target.path("state").asText(),
                    String.valueOf(flowsOfTargets.getOrDefault(name(target), 0L)),
                    shown(perSecond.path("sentPackets").asDouble()),
                    shown(perSecond.path("returnedPackets").asDouble()),
                    shown(perSecond.path("sentBytes").asDouble()),
                    shown(perSecond.path("rejectedPackets").asDouble())));
        }
        table(text, rows);
    }

    private static String name(JsonNode target) {
        return target.path("targetGroup").asText() + "/" + target.path("id").asText();
    }

    private void endpoints(StringBuilder text) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ENDPOINT", "FLOWS", "PACKETS/s", "BYTES/s"));
        double seconds = now.flows().secondsSince(before.flows());
        endpoints.forEach((id, endpoint) -> rows.add(List.of(
                id, String.valueOf(endpoint.flows), rate(endpoint.packets, seconds), rate(endpoint.bytes, seconds))));
        table(text, rows);
    }

    private void drops(StringBuilder text) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("DROPPED FOR", "PACKETS/s", "SINCE START"));
        double seconds = now.drops().secondsSince(before.drops());
        now.drops().path("drops").properties().forEach(drop -> {
            long count = drop.getValue().asLong();
            if (count > 0) {
                long then = before.drops().path("drops").path(drop.getKey()).asLong();
                rows.add(List.of(drop.getKey(), rate(count - then, seconds), String.valueOf(count)));
            }
        });
        if (rows.size() > 1) {
            text.append('\n');
            table(text, rows);
        }
    }

    private static long packets(Sample sample, String place) {
        return sample.drops().path("packets").path(place).asLong();
    }

    /** A count that went back is of a node that is gone or began again: nothing can be said of the rate. */
    private static String rate(long delta, double seconds) {
        return shown(Math.max(0, delta) / seconds);
    }

    private static String shown(double perSecond) {
        if (perSecond >= 1e9) {
            return String.format(Locale.ROOT, "%.1fG", perSecond / 1e9);
        }
        if (perSecond >= 1e6) {
            return String.format(Locale.ROOT, "%.1fM", perSecond / 1e6);
        }
        return perSecond >= 1e4
                ? String.format(Locale.ROOT, "%.1fk", perSecond / 1e3)
                : String.format(Locale.ROOT, "%.0f", perSecond);
    }

    private static void table(StringBuilder text, List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = Printable.of(row.get(i));
                String space = " ".repeat(widths[i] - cell.length());
                // names to the left, numbers to the right
                line.append(i == 0 || isWord(cell) ? cell + space : space + cell)
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static boolean isWord(String cell) {
        return !cell.isEmpty() && Character.isLetter(cell.charAt(0));
    }
}
