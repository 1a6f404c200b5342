// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.command.GatewayOptions;
import io.sluice.cli.command.SluiceCommand;
import io.sluice.cli.document.Document;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import io.sluice.cli.output.Printable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice doctor}. */
@Command(
        name = "doctor",
        description = {
            "Checks a node and its host and says what to do. Reads only; changes nothing.",
            "Checks of the host are for the host it runs on: run it where the node runs."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all well", "1:something to look at", "2:something is broken"})
public final class DoctorCommand extends SluiceCommand {

    private static final List<Column> COLUMNS = List.of(
            Column.of("NO", "/number"),
            Column.of("CHECK", "/check"),
            Column.of("STATE", "/state"),
            Column.of("FINDING", "/finding"),
            Column.of("REMEDY", "/remedy"));

    @Mixin
    private final GatewayOptions gateway = new GatewayOptions();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The node's data directory, as ./sluice run has it.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--readings",
            paramLabel = "FILE",
            description = "Check these readings instead, taken elsewhere with --print-readings; - for standard input.")
    private @Nullable Path readingsFile;

    @Option(names = "--print-readings", description = "Print what was read, as JSON, and check nothing.")
    private boolean printReadings;

    @Override
    public Integer call() throws CommandFailure {
        JsonNode readings = source().take();
        if (printReadings) {
            commandSpec().commandLine().getOut().println(Printable.json(readings.toPrettyString()));
            return 0;
        }
        return report(readings);
    }

    private Readings source() throws CommandFailure {
        Path file = readingsFile;
        return file == null
                ? new LiveReadings(gateway.client(commandSpec(), surroundings()), dataDirectory)
                : () -> Document.parse(file, Document.bytes(file, surroundings().input()));
    }

    /** Prints every check; 0, 1 or 2 as the worst of them. */
    private int report(JsonNode readings) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode rows = answer.putArray("checks");
        int worst = 0;
        int number = 1;
        for (Check check : Checks.ALL) {
            Finding finding = check.look(readings);
            rows.addObject()
                    .put("number", number++)
                    .put("check", check.name())
                    .put("state", finding.level().name().toLowerCase(Locale.ROOT))
                    .put("finding", finding.text())
                    .put("remedy", finding.remedy());
            worst = Math.max(worst, exitCode(finding.level()));
        }
        Output output = gateway.output(commandSpec().commandLine().getOut(), surroundings());
        output.print(answer, rows, COLUMNS);
        return worst;
    }

    private static int exitCode(Level level) {
        return switch (level) {
            case OK, SKIPPED -> 0;
            case WARNING -> 1;
            case BROKEN -> 2;
        };
    }
}
