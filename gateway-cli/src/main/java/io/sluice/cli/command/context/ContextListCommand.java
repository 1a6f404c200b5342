// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.context;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.Context;
import io.sluice.cli.client.Contexts;
import io.sluice.cli.command.SluiceCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import io.sluice.cli.output.OutputFormat;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice context list}: says whether there is a token, never the token. */
@Command(name = "list", description = "Lists the contexts; a star marks the one that is asked.")
public final class ContextListCommand extends SluiceCommand {

    private static final List<Column> COLUMNS = List.of(
            new Column("CURRENT", context -> context.path("current").asBoolean() ? "*" : ""),
            Column.of("NAME", "/name"),
            Column.of("URL", "/url"),
            Column.of("TOKEN", "/token"),
            Column.of("CA-FILE", "/ca-file"));

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}.")
    private OutputFormat format = OutputFormat.table;

    @Override
    public Integer call() throws CommandFailure {
        Contexts contexts = Contexts.read(surroundings().contextsFile());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode rows = answer.putArray("contexts");
        for (Context context : contexts.all()) {
            rows.addObject()
                    .put("current", context.name().equals(contexts.current()))
                    .put("name", context.name())
                    .put("url", context.url())
                    .put("token", whence(context))
                    .put("ca-file", context.caFile() == null ? "" : context.caFile());
        }
        new Output(commandSpec().commandLine().getOut(), format, surroundings().terminal())
                .print(answer, rows, COLUMNS);
        return ExitCode.OK.number();
    }

    private static String whence(Context context) {
        if (context.token() != null) {
            return "kept here";
        }
        return context.tokenFile() == null ? "none" : "in " + context.tokenFile();
    }
}
