// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.trace;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code sluice trace}. */
@Command(
        name = "trace",
        description =
                "Says which appliance a packet would go to now, and why: what nodes remember of its flow, else the"
                        + " ranking with scores, health and zone, and the row of the decision table. Nothing changes by it.")
public final class TraceCommand extends GatewayCommand {

    private static final List<Column> RANKING = List.of(
            Column.of("TARGET", "/target"),
            Column.of("ZONE", "/zone"),
            new Column(
                    "STATE",
                    target -> target.path("state").asText()
                            + (target.has("reason")
                                    ? " " + target.path("reason").asText()
                                    : "")),
            Column.of("WEIGHT", "/weight"),
            Column.of("EFFECTIVE", "/effective-weight"),
            new Column(
                    "SCORE",
                    target -> target.has("score")
                            ? String.format(
                                    Locale.ROOT, "%.4f", target.path("score").asDouble())
                            : ""),
            Column.of("NOT RANKED AS", "/why"));

    @Option(names = "--endpoint", required = true, paramLabel = "ID", description = "Endpoint the packet enters by.")
    private String endpoint = "";

    @Option(
            names = {"--src", "--source"},
            required = true,
            paramLabel = "ADDRESS",
            description = "Source address.")
    private String source = "";

    @Option(
            names = {"--dst", "--destination"},
            required = true,
            paramLabel = "ADDRESS",
            description = "Destination address.")
    private String destination = "";

    @Option(
            names = "--protocol",
            paramLabel = "P",
            defaultValue = "tcp",
            description = "tcp, udp, icmp, icmpv6 or a number, 0-255; default ${DEFAULT-VALUE}.")
    private String protocol = "tcp";

    @Option(
            names = {"--src-port", "--source-port"},
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Source port of TCP or UDP.")
    private int sourcePort;

    @Option(
            names = {"--dst-port", "--destination-port"},
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Destination port of TCP or UDP.")
    private int destinationPort;

    @Option(names = "--zone", paramLabel = "ZONE", description = "As if the endpoint were in this zone.")
    private String zone = "";

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String path = Call.of("GET", "v1/trace")
                .query("endpoint", endpoint)
                .query("source", source)
                .query("destination", destination)
                .query("protocol", String.valueOf(protocolNumber()))
                .query("source-port", String.valueOf(sourcePort))
                .query("destination-port", String.valueOf(destinationPort))
                .query("zone", zone)
                .path();
        JsonNode answer = client.json(path);
        if (output.printsTables()) {
            output.text(Summary.of(answer));
        }
        output.print(answer, answer.path("ranking"), RANKING);
        if (!answer.path("missing").isEmpty()) {
            commandSpec()
                    .commandLine()
                    .getErr()
                    .println("nodes that did not answer: " + answer.path("missing") + "; they may know the flow");
        }
        return ExitCode.OK;
    }

    private int protocolNumber() {
        int number = switch (protocol.toLowerCase(Locale.ROOT)) {
            case "icmp" -> 1;
            case "tcp" -> 6;
            case "udp" -> 17;
            case "icmpv6" -> 58;
            default -> protocol.matches("[0-9]{1,3}") ? Integer.parseInt(protocol) : -1;
        };
        if (number < 0 || number > 255) {
            throw new ParameterException(
                    commandSpec().commandLine(),
                    "--protocol: '" + protocol + "': expected tcp, udp, icmp, icmpv6 or a number from 0 to 255");
        }
        return number;
    }
}
