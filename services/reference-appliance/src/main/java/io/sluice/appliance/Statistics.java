// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import io.sluice.appliance.core.ApplianceDropReason;
import io.sluice.appliance.core.ApplianceMode;
import io.sluice.appliance.core.SeenFlow;
import io.sluice.appliance.core.SeenFlows;
import io.sluice.appliance.core.Violation;
import io.sluice.model.id.EndpointId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an appliance counted up to one moment: received = returned + dropped + delayed.
 *
 * @param mode how it behaves
 * @param received packets that came
 * @param returned packets that were returned
 * @param delayed packets that wait
 * @param probes packets received that were a gateway's probes
 * @param dropped packets by reason, a fatal violation being one; reasons that never occurred are absent
 * @param violations violations by kind, fatal or not; kinds that never occurred are absent
 * @param returnSockets source ports in use
 * @param flowsSeen flows met
 * @param flows the newest of them, at most {@value #FLOWS_LISTED_MAX}
 */
record Statistics(
        ApplianceMode mode,
        long received,
        long returned,
        int delayed,
        long probes,
        Map<String, Long> dropped,
        Map<String, Long> violations,
        int returnSockets,
        long flowsSeen,
        List<Flow> flows) {

    /** Flows that one answer lists. */
    static final int FLOWS_LISTED_MAX = 1_000;

    /** One flow; forward is the direction of its first packet. */
    record Flow(
            String endpoint,
            String cookie,
            int protocol,
            String source,
            String destination,
            long forwardPackets,
            long forwardBytes,
            long reversePackets,
            long reverseBytes) {

        private static Flow of(SeenFlow flow) {
            return new Flow(
                    new EndpointId(flow.endpointId()).toString(),
                    flow.cookieText(),
                    flow.protocol(),
                    flow.source(),
                    flow.destination(),
                    flow.forwardPackets(),
                    flow.forwardBytes(),
                    flow.reversePackets(),
                    flow.reverseBytes());
        }

        private void write(StringBuilder json) {
            // Every text is made here of digits, letters and punctuation that JSON leaves as it is.
            json.append("{\"endpoint\":\"")
                    .append(endpoint)
                    .append("\",\"cookie\":\"")
                    .append(cookie);
            json.append("\",\"protocol\":")
                    .append(protocol)
                    .append(",\"source\":\"")
                    .append(source);
            json.append("\",\"destination\":\"").append(destination).append("\",\"forward_packets\":");
            json.append(forwardPackets).append(",\"forward_bytes\":").append(forwardBytes);
            json.append(",\"reverse_packets\":").append(reversePackets).append(",\"reverse_bytes\":");
            json.append(reverseBytes).append('}');
        }
    }

    @SuppressWarnings("EnumOrdinal") // the arrays are of this run
    static Statistics of(
            ApplianceMode mode,
            long received,
            long returned,
            int delayed,
            long probes,
            long[] drops,
            long[] violations,
            int returnSockets,
            SeenFlows flows) {
        Map<String, Long> dropped = new LinkedHashMap<>();
        Map<String, Long> violated = new LinkedHashMap<>();
        for (ApplianceDropReason reason : ApplianceDropReason.values()) {
            putPositive(dropped, reason.text(), drops[reason.ordinal()]);
        }
        for (Violation violation : Violation.values()) {
            long count = violations[violation.ordinal()];
            putPositive(violated, violation.text(), count);
            if (violation.isFatal()) {
                putPositive(dropped, violation.text(), count);
            }
        }
        List<Flow> listed =
                flows.newest(FLOWS_LISTED_MAX).stream().map(Flow::of).toList();
        return new Statistics(
                mode, received, returned, delayed, probes, dropped, violated, returnSockets, flows.seen(), listed);
    }

    private static void putPositive(Map<String, Long> counts, String name, long count) {
        if (count > 0) {
            counts.put(name, count);
        }
    }

    /** As the control port shows it. */
    String json() {
        StringBuilder json = new StringBuilder(256 + flows.size() * 256);
        json.append("{\"mode\":\"").append(mode).append("\",\"received\":").append(received);
        json.append(",\"returned\":").append(returned).append(",\"delayed\":").append(delayed);
        json.append(",\"probes\":").append(probes);
        json.append(",\"dropped\":");
        write(json, dropped);
        json.append(",\"violations\":");
        write(json, violations);
        json.append(",\"return_sockets\":")
                .append(returnSockets)
                .append(",\"flows_seen\":")
                .append(flowsSeen);
        json.append(",\"flows_listed\":").append(flows.size()).append(",\"flows\":[");
        for (int i = 0; i < flows.size(); i++) {
            json.append(i == 0 ? "" : ",");
            flows.get(i).write(json);
        }
        return json.append("]}").toString();
    }

    private static void write(StringBuilder json, Map<String, Long> counts) {
        String separator = "{";
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            json.append(separator)
                    .append('"')
                    .append(count.getKey())
                    .append("\":")
                    .append(count.getValue());
            separator = ",";
        }
        json.append(counts.isEmpty() ? "{}" : "}");
    }
}
