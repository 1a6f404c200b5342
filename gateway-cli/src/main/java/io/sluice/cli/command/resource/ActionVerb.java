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

/** Does something to a resource that is more than a change of its keys: accept, reject. */
@Command
final class ActionVerb extends ResourceVerb {

    private final Resource waitedFor;
    private final Effect effect;
    private final boolean destructive;

    /**
     * @param resource what it is done to; its item route is the action's
     * @param word the verb
     * @param description for the help
     * @param waitedFor where the effect shows, named by the last part of the name
     * @param effect what can be waited for
     * @param destructive whether traffic is lost by it, so that a person must agree
     */
    ActionVerb(
            Resource resource,
            String word,
            String description,
            Resource waitedFor,
            Effect effect,
            boolean destructive) {
        super(resource, word, description);
        this.waitedFor = waitedFor;
        this.effect = effect;
        this.destructive = destructive;
    }

    @Override
    void add(CommandSpec spec) {
        spec.addPositional(idParameter(true));
        if (destructive) {
            spec.addOption(Consent.option());
        }
        spec.addOption(ifMatchOption());
        spec.addOption(dryRunOption());
        spec.addOption(waitOption(effect));
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String id = id();
        boolean dryRun = isSet("--dry-run");
        if (destructive && !dryRun) {
            Consent.ask(
                    commandSpec(),
                    surroundings(),
                    commandSpec().name() + " " + resource().words() + " " + id);
        }
        Answer answer = client.done(Call.of("POST", resource().path(id))
                .query("dry-run", dryRun ? "true" : "")
                .ifMatch(textOf("--if-match")));
        print(output, answer);
        if (dryRun) {
            talk("nothing was changed");
        } else if (isSet("--wait")) {
            effect.await(client, waitedFor.path(id.substring(id.lastIndexOf('/') + 1)));
        }
        return ExitCode.OK;
    }
}
