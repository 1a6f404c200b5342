// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice target list}. */
@Command(name = "list", description = "Lists registered targets with state, reason and what passed through them.")
public final class TargetListCommand extends GatewayCommand {

    private static final List<Column> COLUMNS = List.of(
            Column.of("GROUP", "/targetGroup"),
            Column.of("TARGET", "/id"),
            Column.of("ZONE", "/zone"),
            Column.of("ADDRESS", "/address"),
            Column.of("PORT", "/port"),
            Column.of("WEIGHT", "/weight"),
            Column.of("STATE", "/state"),
            Column.of("REASON", "/reason"),
            Column.of("SENT", "/sentPackets"),
            Column.of("RETURNED", "/returnedPackets"),
            Column.of("REJECTED", "/rejectedPackets"));

    @Option(names = "--group", paramLabel = "GROUP", defaultValue = "", description = "Only this target group's.")
    private String group = "";

    @Option(names = "--state", paramLabel = "STATE", defaultValue = "", description = "Only those in this state.")
    private String state = "";

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode answer = client.json("v1/targets");
        if (group.isEmpty() && state.isEmpty()) {
            output.print(answer, answer.path("targets"), COLUMNS);
            return ExitCode.OK;
        }
        List<JsonNode> chosen = new ArrayList<>();
        for (JsonNode target : answer.path("targets")) {
            if ((group.isEmpty() || target.path("targetGroup").asText().equals(group))
                    && (state.isEmpty() || target.path("state").asText().equals(state))) {
                chosen.add(target);
            }
        }
        output.print(TargetRows.of(chosen), chosen, COLUMNS);
        return ExitCode.OK;
    }
}
