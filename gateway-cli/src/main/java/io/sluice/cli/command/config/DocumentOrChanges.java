// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.command.resource.ChangesTable;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Option;

/** What is shown of a revision, whether it was lost or not. */
final class DocumentOrChanges {

    @Option(names = "--changes", description = "Print what it changed instead, in the form of --output.")
    private boolean changes;

    /** Prints one or the other of an answer. */
    void print(Output output, JsonNode answer) throws CommandFailure {
        if (changes) {
            ChangesTable.print(output, answer);
        } else {
            output.text(answer.path("document").asText());
        }
    }
}
