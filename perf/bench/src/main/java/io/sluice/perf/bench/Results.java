// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The results as JSON: the host first, then how it was measured, then every cell with all its rounds. */
final class Results {

    private Results() {}

    /**
     * Puts a run together.
     *
     * @param host commit, machine and versions, as the launcher found them
     * @param settings how it was measured
     * @param flags of the gateway's JVM
     * @param seconds the run took
     * @param cells what came out
     */
    static JsonObject of(JsonObject host, Settings settings, List<String> flags, long seconds, List<Cell> cells) {
        JsonArray measured = new JsonArray();
        cells.forEach(cell -> measured.add(cell(cell)));
        return host.copy()
                .put("jdkFlags", new JsonArray(flags))
                .put("network", "loopback of a network namespace of the run's own; rows on veth: a pair to another one")
                .put("rmemMax", SocketLimits.bytes("rmem_max"))
                .put("wmemMax", SocketLimits.bytes("wmem_max"))
                .put("rounds", settings.rounds())
                .put("forwarderCore", settings.forwarderCore())
                .put("loadCore", settings.loadCore())
                .put("flowCapacity", settings.flowCapacity())
                .put("newFlowsMax", settings.newFlowsMax())
                .put("warmMs", Settings.WARM_MS)
                .put("closedLoopMs", Settings.CLOSED_MS)
                .put("searchSteps", Settings.SEARCH_STEPS)
                .put("searchStepMs", Settings.SEARCH_MS)
                .put("halfRateMs", Settings.LATENCY_MS)
                .put("tookS", seconds)
                .put("cells", measured);
    }

    private static JsonObject cell(Cell cell) {
        JsonArray rounds = new JsonArray();
        cell.samples().forEach(sample -> rounds.add(sample.json()));
        return new JsonObject()
                .put("workload", cell.pair().workload().name())
                .put("row", cell.pair().row().text())
                .put("saturatedPerS", spread(cell.saturatedPerS()))
                .put("lossFreePerS", spread(cell.lossFreePerS()))
                .put("lossFreeIsLowerBound", cell.lossFreeIsLowerBound())
                .put("busy", spread(cell.busy()))
                .put("disturbed", spread(cell.disturbed()))
                .put("stolen", spread(cell.stolen()))
                .put("generatorBound", cell.generatorBound())
                .put("cpuNsPerPacket", spread(cell.cpuNsPerPacket()))
                .put("busiestThreadNsPerPacket", spread(cell.busiestThreadNsPerPacket()))
                .put("p50Us", spread(cell.latencyUs("p50")))
                .put("p99Us", spread(cell.latencyUs("p99")))
                .put("p999Us", spread(cell.latencyUs("p999")))
                .put("sentLateP99Us", spread(cell.sentLateUs()))
                .put("wrong", cell.wrong())
                .put("reordered", cell.reordered())
                .put("late", cell.late())
                .put("refused", cell.refused())
                .put("rounds", rounds);
    }

    private static JsonObject spread(Spread spread) {
        if (Double.isNaN(spread.median())) {
            return new JsonObject();
        }
        return new JsonObject()
                .put("median", round(spread.median()))
                .put("lowest", round(spread.lowest()))
                .put("highest", round(spread.highest()));
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
