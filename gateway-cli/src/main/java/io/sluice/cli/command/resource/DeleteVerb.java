// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.Consent;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Deletes a resource, after a person or {@code --yes} has agreed. */
@Command
final class DeleteVerb extends ResourceVerb {

    private static final int NOTHING_THERE = 204;

    private final Effect effect;

    /**
     * @param resource what is deleted
     * @param word the verb
     * @param description for the help
     * @param effect what can be waited for
     */
    DeleteVerb(Resource resource, String word, String description, Effect effect) {
        super(resource, word, description);
        this.effect = effect;
    }

    @Override
    void add(CommandSpec spec) {
        spec.addPositional(idParameter(true));
        spec.addOption(Consent.option());
        spec.addOption(ifMatchOption());
        spec.addOption(dryRunOption());
        spec.addOption(waitOption(effect));
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String id = id();
        String what = resource().words() + " " + id;
        boolean dryRun = isSet("--dry-run");
        if (!dryRun) {
            Consent.ask(commandSpec(), surroundings(), commandSpec().name() + " " + what);
        }
        Answer answer = client.done(Call.of("DELETE", resource().path(id))
                .query("dry-run", dryRun ? "true" : "")
                .ifMatch(textOf("--if-match")));
        print(output, answer);
        return finish(
                client, id, answer.status() == NOTHING_THERE ? "gone: " + what : "in force without " + what, effect);
    }
}
