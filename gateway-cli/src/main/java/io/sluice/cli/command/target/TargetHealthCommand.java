// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice target health}. */
@Command(
        name = "health",
        description =
                "Says which state the targets of a group are in, why and since when; fails if one is not healthy.")
public final class TargetHealthCommand extends GatewayCommand {

    private static final int LIMIT = 1_000;

    private static final List<Column> COLUMNS = List.of(
            Column.of("GROUP", "/target-group"),
            Column.of("TARGET", "/id"),
            Column.of("STATE", "/state"),
            Column.of("REASON", "/health/reason"),
            Column.of("SINCE", "/health/since"),
            Column.of("DESCRIPTION", "/health/description"));

    @Parameters(paramLabel = "GROUP[/TARGET]", description = "A target group, or one target of it.")
    private String what = "";

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        int slash = what.indexOf('/');
        String group = "v1/target-groups/" + Call.encoded(slash < 0 ? what : what.substring(0, slash)) + "/targets";
        List<JsonNode> targets = new ArrayList<>();
        if (slash < 0) {
            client.pages(page -> Call.of("GET", group).query("page-token", page), "targets", LIMIT)
                    .path("targets")
                    .forEach(targets::add);
        } else {
            targets.add(client.json(group + "/" + Call.encoded(what.substring(slash + 1))));
        }
        output.print(TargetRows.of(targets), targets, COLUMNS);
        boolean healthy = targets.stream()
                .allMatch(target -> "healthy".equals(target.path("state").asText()));
        return healthy ? ExitCode.OK : ExitCode.FAILED;
    }
}
