// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.FlowWords;
import io.sluice.cli.output.Output;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice flow list}. */
@Command(name = "list", description = "Lists flows with target, cookie, state, age and counters.")
public final class FlowListCommand extends GatewayCommand {

    private static final int LIMIT_MAX = 10_000;

    private static final List<Column> COLUMNS = List.of(
            Column.of("ENDPOINT", "/endpoint"),
            new Column(
                    "PROTOCOL", flow -> FlowWords.protocol(flow.path("protocol").asInt())),
            new Column("SOURCE", flow -> socket(flow, "source")),
            new Column("DESTINATION", flow -> socket(flow, "destination")),
            Column.of("TARGET", "/target"),
            Column.of("COOKIE", "/cookie"),
            new Column(
                    "STATE",
                    flow -> flow.path("state").asText()
                            + (flow.path("provisional").asBoolean() ? "*" : "")),
            new Column("AGE", flow -> seconds(flow.path("ageMs"))),
            new Column("IDLE", flow -> seconds(flow.path("idleMs"))),
            Column.of("SENT", "/forward/packets"),
            Column.of("BACK", "/reverse/packets"),
            Column.of("NODE", "/node"));

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Flows to list at most, 1-10000; default ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        requireLimit(limit, LIMIT_MAX);
        JsonNode answer = client.json("v1/flows?limit=" + limit);
        output.print(answer, answer.path("flows"), COLUMNS);
        long total = answer.path("total").asLong();
        int listed = answer.path("flows").size();
        if (listed < total) {
            commandSpec().commandLine().getErr().printf("%d of %d flows; see --limit%n", listed, total);
        }
        return ExitCode.OK;
    }

    private static String socket(JsonNode flow, String side) {
        return FlowWords.socket(
                flow.path(side).asText(), flow.path(side + "Port").asInt());
    }

    private static String seconds(JsonNode milliseconds) {
        return String.format(Locale.ROOT, "%.1fs", milliseconds.asLong() / 1_000.0);
    }
}
