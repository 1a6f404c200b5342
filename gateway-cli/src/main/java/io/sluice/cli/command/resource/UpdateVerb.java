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
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Changes some keys of a resource, or all of them. */
@Command
final class UpdateVerb extends ResourceVerb {

    private final Effect effect;

    /**
     * @param resource what is changed
     * @param word the verb
     * @param effect what can be waited for
     */
    UpdateVerb(Resource resource, String word, Effect effect) {
        super(
                resource,
                word,
                "Changes what is given of one " + resource.words() + " and leaves the rest; with --replace the rest"
                        + " goes to its defaults.");
        this.effect = effect;
    }

    @Override
    void add(CommandSpec spec) {
        spec.addPositional(idParameter(true));
        spec.addOption(fileOption());
        resource().keys().forEach(key -> spec.addOption(key.spec()));
        spec.addOption(OptionSpec.builder("--unset")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .splitRegex(",")
                .paramLabel("KEY")
                .description("A key to take back to its default, such as packets or listener/tcp-idle-timeout.")
                .build());
        spec.addOption(flag("--replace", "Replace it all."));
        spec.addOption(ifMatchOption());
        spec.addOption(dryRunOption());
        spec.addOption(waitOption(effect));
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String id = id();
        ObjectNode body = body();
        boolean replace = isSet("--replace");
        if (value("--unset") instanceof List<?> unset) {
            if (replace) {
                throw misused("--unset and --replace: expected one of them");
            }
            unset.forEach(key -> unset(body, key.toString()));
        }
        if (body.isEmpty()) {
            throw misused("nothing to change: expected options of keys, --unset or --file");
        }
        String idKey = resource().idKey();
        if (replace && !idKey.isEmpty() && !body.has(idKey)) {
            body.put(idKey, id.substring(id.lastIndexOf('/') + 1));
        }
        Call call = Call.of(replace ? "PUT" : "PATCH", resource().path(id))
                .query("dry-run", isSet("--dry-run") ? "true" : "")
                .ifMatch(textOf("--if-match"))
                .json(replace ? "application/json" : "application/merge-patch+json", body);
        Answer answer = client.done(call);
        print(output, answer);
        return finish(client, id, "in force: " + resource().words() + " " + id, effect);
    }

    private static void unset(ObjectNode body, String key) {
        ObjectNode place = body;
        String[] path = key.split("/", -1);
        for (int i = 0; i < path.length - 1; i++) {
            place = place.withObjectProperty(path[i]);
        }
        place.putNull(path[path.length - 1]);
    }
}
