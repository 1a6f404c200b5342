// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.resource.ChangesTable;
import io.sluice.cli.output.Output;
import java.io.PrintWriter;

/** A write of the whole configuration: sends it, prints what changes and says which revision that is. */
final class ConfigWrite {

    private ConfigWrite() {}

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
