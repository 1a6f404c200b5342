// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.resource.ChangesTable;
import io.sluice.cli.command.resource.Effect;
import io.sluice.cli.output.Output;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/**
 * A write of the whole configuration: its options, and how it is made: sends it, prints what changes, says which revision
 * that is, and waits where that is wanted.
 */
final class ConfigWrite {

    @Option(names = "--dry-run", description = "Only print what would change.")
    private boolean dryRun;

    @Option(
            names = "--if-match",
            paramLabel = "REVISION",
            defaultValue = "",
            description = "Only where this revision is in force.")
    private String ifMatch = "";

    @Option(
            names = "--wait",
            description = "Wait until every node works with it, no longer than --timeout; exit code 5 if not.")
    private boolean wait;

    /** Whether it only asks what would change. */
    boolean isDryRun() {
        return dryRun;
    }

    /**
     * Makes the write as its options say.
     *
     * @param call PUT of a document, or POST of a rollback
     */
    ExitCode make(AdminClient client, Call call, Output output, PrintWriter talk) throws CommandFailure {
        long revision = make(client, call.ifMatch(ifMatch), dryRun, output, talk);
        if (wait && !dryRun) {
            Effect.everywhere(client, revision);
        }
        return ExitCode.OK;
    }

    /**
     * Makes the write.
     *
     * @param call PUT of a document, or POST of a rollback
     * @param dryRun whether it only asks what would change
     * @return the revision in force
     */
    static long make(AdminClient client, Call call, boolean dryRun, Output output, PrintWriter talk)
            throws CommandFailure {
        JsonNode answer =
                client.done(call.query("dry-run", dryRun ? "true" : "")).json();
        ChangesTable.print(output, answer);
        long revision = answer.path("revision").asLong();
        if (answer.path("changes").isEmpty()) {
            talk.println("already so: revision " + revision);
        } else if (dryRun) {
            talk.println("nothing was changed: revision " + revision);
        } else {
            talk.println("in force: revision " + revision);
        }
        return revision;
    }
}
