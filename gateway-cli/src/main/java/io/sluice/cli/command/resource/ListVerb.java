// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lists resources, over all pages. */
@Command
final class ListVerb extends ResourceVerb {

    private static final int LIMIT_MAX = 1_000_000;

    /**
     * @param resource what is listed
     * @param description for the help
     */
    ListVerb(Resource resource, String description) {
        this(resource, "list", description);
    }

    /** @param word the verb, where it is not list */
    ListVerb(Resource resource, String word, String description) {
        super(resource, word, description);
    }

    @Override
    void add(CommandSpec spec) {
        if (resource().collection().contains("{}")) {
            spec.addPositional(idParameter(true));
        }
        for (String filter : resource().filters()) {
            spec.addOption(text("--" + filter, "VALUE", describe(filter)));
        }
        spec.addOption(OptionSpec.builder("--limit")
                .type(int.class)
                .paramLabel("N")
                .defaultValue("10000")
                .description("Elements to list at most, 1-" + LIMIT_MAX + "; default ${DEFAULT-VALUE}.")
                .build());
    }

    private static String describe(String filter) {
        return switch (filter) {
            case "name-prefix" -> "Only names that begin so.";
            case "zone" -> "Only what is in this zone.";
            case "state" -> "Only what is in this state.";
            case "tag" -> "Only what has this tag: KEY, or KEY=VALUE.";
            case "kind" -> "Only this kind: load-balancer, target-group, endpoint-service, endpoint.";
            default -> throw new IllegalArgumentException(filter);
        };
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        int limit = value("--limit") instanceof Integer number ? number : 0;
        requireLimit(limit, LIMIT_MAX);
        String route = resource().collection().contains("{}")
                ? resource().collection().replace("{}", Call.encoded(id()))
                : resource().collection();
        JsonNode all = client.pages(page -> call(route, page), resource().listKey(), limit);
        output.print(all, all.path(resource().listKey()), resource().columns());
        if (all.has("next-page-token")) {
            talk("there are more than " + limit + "; see --limit");
        }
        return ExitCode.OK;
    }

    private Call call(String route, String page) {
        Call call = Call.of("GET", route).query("page-token", page);
        resource().filters().forEach(filter -> call.query(filter, textOf("--" + filter)));
        return call;
    }
}
