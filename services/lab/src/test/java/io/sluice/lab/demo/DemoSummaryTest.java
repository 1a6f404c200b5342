// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The one JSON object that programs read. */
class DemoSummaryTest {

    private static ObservedFlow flow(List<String> forward, List<String> reverse) {
        return new ObservedFlow(
                "vpce-0a1b2c3d4e5f60718",
                "az1",
                FlowName.TCP,
                HostAddress.of("10.20.1.5"),
                40000,
                HostAddress.of("203.0.113.10"),
                80,
                new TreeSet<>(forward),
                new TreeSet<>(reverse),
                new TreeSet<>(List.of(1)),
                10,
                9,
                0);
    }

    private static JsonNode json(DemoSummary summary, Narrator.Check... checks) throws IOException {
        return new ObjectMapper().readTree(summary.json(List.of(checks)));
    }

    @Test
    void saysPerFlowWhichApplianceSawWhichDirection() throws IOException {
        DemoSummary summary = new DemoSummary();
        summary.flows(List.of(
                flow(List.of("fw-az1-a"), List.of("fw-az1-a")),
                flow(List.of("fw-az1-a"), List.of("fw-az1-b")),
                flow(List.of("fw-az1-a"), List.of())));

        JsonNode flows = json(summary).path("flows");

        assertThat(flows).hasSize(3);
        assertThat(flows.get(0)).isEqualTo(new ObjectMapper().readTree("""
                {"endpoint": "vpce-0a1b2c3d4e5f60718", "protocol": "tcp", "source": "10.20.1.5",
                 "destination": "203.0.113.10", "ports": {"source": 40000, "destination": 80},
                 "appliance_forward": "fw-az1-a", "appliance_reverse": "fw-az1-a", "symmetric": true}
                """));
        assertThat(flows.get(1).path("symmetric").asBoolean(true)).isFalse();
        assertThat(flows.get(2).path("appliance_reverse").isNull()).isTrue();
        assertThat(flows.get(2).path("symmetric").asBoolean(true)).isFalse();
    }

    @Test
    void addsThePacketsUp() throws IOException {
        DemoSummary summary = new DemoSummary();
        summary.packets(new GatewayAdmin.Packets(
                Map.of("endpoint-in", 5L, "target-in", 4L, "target-out", 4L, "endpoint-out", 3L, "dropped", 2L),
                Map.of("flow_no_syn", 2L)));

        assertThat(json(summary).path("packets")).isEqualTo(new ObjectMapper().readTree("""
                {"in": 9, "out": 7, "generated": 0, "held": 0, "dropped": {"flow_no_syn": 2}}
                """));
    }

    @Test
    void hasARowForEachThatTheSecondActHasShown() throws IOException {
        Narrator narrator = new Narrator(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        Rows rows = new Rows(narrator);
        DemoSummary summary = new DemoSummary();
        assertThat(json(summary).path("rows")).isEmpty();
        summary.rows(rows);

        rows.note(Tables.SCENES.getFirst(), new SceneJudge.Finding("n", "e", "p", List.of()), "done");

        assertThat(json(summary).path("rows")).isEqualTo(new ObjectMapper().readTree("""
                [{"id": "F-5", "name": "two spokes with the same addresses", "new_flows": "p", "existing_flows": "e",
                  "recovery": "nothing to recover from", "ok": true, "detail": "done"}]
                """));
    }

    @Test
    void balancesWhenWhatCameInIsAccountedFor() {
        Map<String, Long> counters = new HashMap<>(
                Map.of("endpoint-in", 5L, "target-in", 4L, "target-out", 4L, "endpoint-out", 3L, "dropped", 2L));
        assertThat(new GatewayAdmin.Packets(counters, Map.of()).balanced()).isTrue();
        counters.put("target-in", 5L);
        assertThat(new GatewayAdmin.Packets(counters, Map.of()).balanced()).isFalse();
        counters.put("held", 1L);
        assertThat(new GatewayAdmin.Packets(counters, Map.of()).balanced()).isTrue();
    }

    @Test
    void namesEveryCheck() throws IOException {
        JsonNode checks = json(
                        new DemoSummary(), new Narrator.Check("a", true, "b"), new Narrator.Check("c", false, "d"))
                .path("checks");

        assertThat(checks).isEqualTo(new ObjectMapper().readTree("""
                [{"name": "a", "ok": true, "detail": "b"}, {"name": "c", "ok": false, "detail": "d"}]
                """));
    }
}
