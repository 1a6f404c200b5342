// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Prints one resource; {@code --output yaml} prints it as create and update take it. */
@Command
final class GetVerb extends ResourceVerb {

    /** @param resource what is printed */
    GetVerb(Resource resource) {
        super(
                resource,
                "get",
                "Prints one " + resource.words() + "; --output yaml as a document has it, with what is read only.");
    }

    @Override
    void add(CommandSpec spec) {
        spec.addPositional(idParameter(true));
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        print(output, client.done(Call.of("GET", resource().path(id()))));
        return ExitCode.OK;
    }
}
