// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.client.Call;
import io.sluice.cli.output.Output;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code sluice tag set} and {@code sluice tag remove}. */
@Command
final class TagSetCommand extends ResourceVerb {

    private final boolean removes;

    /**
     * @param resource what has tags
     * @param removes whether it takes tags away
     */
    TagSetCommand(Resource resource, boolean removes) {
        super(
                resource,
                removes ? "remove" : "set",
                removes
                        ? "Takes tags away from a resource."
                        : "Adds tags to a resource or changes them; with --replace the others go.");
        this.removes = removes;
    }

    @Override
    void add(CommandSpec spec) {
        spec.addPositional(idParameter(true));
        spec.addPositional(PositionalParamSpec.builder()
                .index("1..*")
                .arity("1..*")
                .required(true)
                .paramLabel(removes ? "KEY" : "KEY=VALUE")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("Tags.")
                .build());
        if (!removes) {
            spec.addOption(flag("--replace", "Take all other tags away."));
        }
        spec.addOption(ifMatchOption());
        spec.addOption(dryRunOption());
        spec.addOption(waitOption(Effect.EVERYWHERE));
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String id = id();
        List<String> words = commandSpec().positionalParameters().get(1).getValue();
        boolean replace = !removes && isSet("--replace");
        Call call = Call.of(replace ? "PUT" : "PATCH", resource().path(id))
                .query("dry-run", isSet("--dry-run") ? "true" : "")
                .ifMatch(textOf("--if-match"))
                .json(replace ? "application/json" : "application/merge-patch+json", tags(words));
        Answer answer = client.done(call);
        print(output, answer);
        return finish(client, id, "in force: tags of " + id, Effect.EVERYWHERE);
    }

    private ObjectNode tags(List<String> words) {
        ObjectNode tags = JsonNodeFactory.instance.objectNode();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (removes) {
                tags.putNull(word);
            } else if (equals < 1) {
                throw misused("'" + word + "': expected KEY=VALUE");
            } else {
                tags.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return tags;
    }
}
