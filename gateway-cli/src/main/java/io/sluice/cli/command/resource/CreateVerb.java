// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.client.Call;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Creates a resource. Again with the same words says that it is so already. */
@Command
final class CreateVerb extends ResourceVerb {

    private static final int CREATED = 201;

    private final Effect effect;

    /**
     * @param resource what is created
     * @param effect what can be waited for
     */
    CreateVerb(Resource resource, Effect effect) {
        super(
                resource,
                "create",
                "Creates one " + resource.words() + ". Where it is there already as asked for, says so and succeeds.");
        this.effect = effect;
    }

    @Override
    void add(CommandSpec spec) {
        spec.addPositional(idParameter(resource().idKey().isEmpty()));
        if (!resource().idKey().isEmpty()) {
            spec.addOption(fileOption());
            resource().keys().forEach(key -> spec.addOption(key.spec()));
        }
        spec.addOption(dryRunOption());
        spec.addOption(waitOption(effect));
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String dryRun = isSet("--dry-run") ? "true" : "";
        String idKey = resource().idKey();
        String id = id();
        Call call;
        if (idKey.isEmpty()) {
            call = Call.of("PUT", resource().path(id)).query("dry-run", dryRun);
        } else {
            ObjectNode body = body();
            if (!id.isEmpty()) {
                body.put(idKey, id);
            }
            id = body.path(idKey).asText();
            if (id.isEmpty()) {
                throw misused("expected " + resource().label() + ", or --file with " + idKey);
            }
            call = Call.of("POST", resource().collection())
                    .query("dry-run", dryRun)
                    .json("application/json", body);
        }
        Answer answer = client.done(call);
        print(output, answer);
        String said = answer.status() == CREATED ? "created " : "already so: ";
        return finish(client, id, said + resource().words() + " " + id, effect);
    }
}
