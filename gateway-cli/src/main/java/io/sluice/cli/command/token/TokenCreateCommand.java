// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice token create}: the one command that prints a token. */
@Command(name = "create", description = "Makes a token and prints it: nobody can find it out afterwards.")
public final class TokenCreateCommand extends GatewayCommand {

    private static final List<Column> COLUMNS = List.of(
            Column.of("NAME", "/name"),
            Column.of("ROLE", "/role"),
            Column.of("EXPIRES", "/expires"),
            Column.of("TOKEN", "/token"));

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            required = true,
            description = "admin, read-only, or register:GROUP for the targets of one group.")
    private String role = "";

    @Option(
            names = "--expires-in-seconds",
            paramLabel = "N",
            description = "How long it counts; for ever unless given. The first admin token has no end.")
    private @Nullable Long expiresInSeconds;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        ObjectNode body =
                JsonNodeFactory.instance.objectNode().put("name", name).put("role", role);
        if (expiresInSeconds != null) {
            body.put("expires-in-seconds", expiresInSeconds);
        }
        JsonNode answer = client.done(Call.of("POST", "v1/tokens").json("application/json", body))
                .json();
        output.print(answer, List.of(answer), COLUMNS);
        return ExitCode.OK;
    }
}
