// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.lab.report.Narrator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The figures of a run, as one JSON object. <b>Threading</b>: confined to one thread. */
final class ChurnReport {
    private final ObjectMapper json = new ObjectMapper();
    private final ObjectNode root = json.createObjectNode();

    ChurnReport(ChurnPlan plan) {
        root.put("seed", plan.seed())
                .put("seconds", plan.seconds())
                .put("flows", plan.flows())
                .put("changesPerMinute", plan.changesPerMinute());
    }

    void put(String key, long value) {
        root.put(key, value);
    }

    void put(String key, Map<String, ? extends Number> values) {
        ObjectNode object = root.putObject(key);
        new TreeMap<>(values).forEach((name, value) -> object.put(name, value.longValue()));
    }

    void put(String key, Latencies latencies) {
        root.putObject(key)
                .put("requests", latencies.count())
                .put("p50Ms", rounded(latencies.percentile(50)))
                .put("p99Ms", rounded(latencies.percentile(99)))
                .put("maxMs", rounded(latencies.percentile(100)));
    }

    private static double rounded(double ms) {
        return Math.round(ms * 10) / 10.0;
    }

    /** The object, in one line. */
    String json(List<Narrator.Check> checks) {
        ObjectNode object = root.deepCopy();
        object.put("ok", !checks.isEmpty() && checks.stream().allMatch(Narrator.Check::ok));
        for (Narrator.Check check : checks) {
            object.withArray("checks")
                    .addObject()
                    .put("name", check.name())
                    .put("ok", check.ok())
                    .put("detail", check.detail());
        }
        try {
            return json.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers and text", e);
        }
    }
}
