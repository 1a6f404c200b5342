// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import io.sluice.cli.output.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code sluice observe}. */
@Command(
        name = "observe",
        description =
                "Shows flows that open, move and end, drops with their reasons, changes of health and revisions, as"
                        + " they happen, until it is interrupted. With --output json a JSON object a line.")
public final class ObserveCommand extends GatewayCommand {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Option(names = "--kind", paramLabel = "KIND", description = "Only of this kind: flow, drop, health or revision.")
    private String kind = "";

    @Option(names = "--endpoint", paramLabel = "ID", description = "Only of this endpoint.")
    private String endpoint = "";

    @Option(names = "--target-group", paramLabel = "NAME", description = "Only of this target group.")
    private String targetGroup = "";

    @Option(names = "--target", paramLabel = "ID", description = "Only of this target.")
    private String target = "";

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Only with this reason, such as no_target or idle.")
    private String reason = "";

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many events; default: when it is interrupted.")
    private long count;

    private long shown;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        if (count < 0) {
            throw new ParameterException(
                    commandSpec().commandLine(), "--count: " + count + " is out of range: expected 0 or more");
        }
        if (output.printsYaml()) {
            throw new ParameterException(
                    commandSpec().commandLine(), "--output: yaml: a stream has no end; expected table or json");
        }
        String path = Call.of("GET", "v1/events")
                .query("kind", kind)
                .query("endpoint", endpoint)
                .query("target-group", targetGroup)
                .query("target", target)
                .query("reason", reason)
                .path();
        client.lines(path, line -> show(line, output));
        if (output.isBroken() || (count > 0 && shown >= count)) {
            return ExitCode.OK;
        }
        throw new CommandFailure(ExitCode.FAILED, "the gateway ended the stream");
    }

    private boolean show(String line, Output output) throws CommandFailure {
        JsonNode event;
        try {
            event = MAPPER.readTree(line);
        } catch (JsonProcessingException notJson) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "a line is no JSON; is this a gateway's admin port? It says: " + Printable.of(line));
        }
        if (event.path("kind").asText().equals("alive")) {
            return true;
        }
        output.text((output.printsTables() ? EventLine.of(event) : Printable.json(event.toString())) + "\n");
        shown++;
        return !output.isBroken() && (count == 0 || shown < count);
    }
}
