// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice config apply}. */
@Command(
        name = "apply",
        description = "Puts a document in force, all of it or nothing, and prints what changes. Says so where it is in"
                + " force already.")
public final class ConfigApplyCommand extends GatewayCommand {

    private static final int BYTES_MAX = 16 << 20;
    private static final String ROUTE = "v1/config";
    private static final List<Column> COLUMNS = List.of(
            Column.of("ACTION", "/action"),
            Column.of("KIND", "/kind"),
            Column.of("ID", "/id"),
            Column.of("FIELD", "/field"),
            Column.of("FROM", "/from"),
            Column.of("TO", "/to"));

    @Parameters(paramLabel = "FILE", description = "The document (YAML or JSON).")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = "Only print what would change.")
    private boolean dryRun;

    @Option(
            names = "--wait",
            description = "Wait until every node works with it, no longer than --timeout; exit code 5 if not.")
    private boolean wait;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode answer = client.put(dryRun ? ROUTE + "?dry-run=true" : ROUTE, document());
        output.print(answer, answer.path("changes"), COLUMNS);
        long revision = answer.path("revision").asLong();
        PrintWriter talk = commandSpec().commandLine().getErr();
        boolean same = answer.path("changes").isEmpty();
        if (same) {
            talk.println("already so: revision " + revision);
        } else if (dryRun) {
            talk.println("nothing was changed: revision " + revision);
        } else {
            talk.println("in force: revision " + revision);
        }
        if (wait && !dryRun) {
            client.until(
                    "v1/nodes",
                    nodes -> behind(nodes, revision).isEmpty(),
                    nodes -> "revision " + revision + " is not everywhere yet: " + behind(nodes, revision));
        }
        return ExitCode.OK;
    }

    /** Nodes that work with an older revision. */
    private static String behind(JsonNode answer, long revision) {
        StringJoiner behind = new StringJoiner(", ");
        for (JsonNode node : answer.path("nodes")) {
            if (node.path("configRevision").asLong() < revision) {
                behind.add(node.path("id").asText());
            }
        }
        return behind.toString();
    }

    private byte[] document() throws CommandFailure {
        if (file == null) {
            throw new IllegalStateException("the command line was not parsed");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] document = stream.readNBytes(BYTES_MAX + 1);
            if (document.length > BYTES_MAX) {
                throw new CommandFailure(
                        ExitCode.USAGE, file + ": is too long: expected at most " + BYTES_MAX + " bytes");
            }
            return document;
        } catch (NoSuchFileException absent) {
            throw new CommandFailure(ExitCode.USAGE, file + ": there is no such file");
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.USAGE, file + ": cannot be read: " + unreadable.getMessage());
        }
    }
}
