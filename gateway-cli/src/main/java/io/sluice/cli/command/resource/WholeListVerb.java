// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Lists resources of which there are few: no pages. */
@Command
final class WholeListVerb extends ResourceVerb {

    /**
     * @param resource what is listed
     * @param description for the help
     */
    WholeListVerb(Resource resource, String description) {
        super(resource, "list", description);
    }

    @Override
    void add(CommandSpec spec) {
        // nothing to choose
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode answer = client.json(resource().collection());
        output.print(answer, answer.path(resource().listKey()), resource().columns());
        return ExitCode.OK;
    }
}
