// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.command.ConfiguredCommand;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.document.Document;
import io.sluice.cli.output.Output;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A verb that works for every resource. */
abstract class ResourceVerb extends GatewayCommand implements ConfiguredCommand {

    private final Resource resource;
    private final String word;
    private final String description;

    /**
     * @param resource what it is about
     * @param word the verb
     * @param description for the help
     */
    ResourceVerb(Resource resource, String word, String description) {
        this.resource = resource;
        this.word = word;
        this.description = description;
    }

    @Override
    public final void configure(CommandSpec spec) {
        spec.name(word);
        spec.usageMessage().description(description);
        add(spec);
    }

    /** Adds parameters and options. */
    abstract void add(CommandSpec spec);

    final Resource resource() {
        return resource;
    }

    /** The parameter that names one. */
    final PositionalParamSpec idParameter(boolean required) {
        return PositionalParamSpec.builder()
                .index("0")
                .arity(required ? "1" : "0..1")
                .required(required)
                .paramLabel(resource.label())
                .type(String.class)
                .description("Which " + resource.words() + ".")
                .build();
    }

    static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .type(boolean.class)
                .defaultValue("false")
                .description(description)
                .build();
    }

    static OptionSpec text(String name, String label, String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    static OptionSpec dryRunOption() {
        return flag("--dry-run", "Only print what would change.");
    }

    static OptionSpec ifMatchOption() {
        return text(
                "--if-match",
                "ETAG",
                "Only if nothing has changed since: the resource's etag, or a revision's number.");
    }

    static OptionSpec fileOption() {
        return OptionSpec.builder("--file", "-f")
                .type(Path.class)
                .paramLabel("FILE")
                .description("Its part of the configuration document, YAML or JSON; - for standard input. Other options"
                        + " come on top.")
                .build();
    }

    static OptionSpec waitOption(Effect effect) {
        return flag("--wait", "Wait " + effect.words() + ", no longer than --timeout; exit code 5 if not.");
    }

    /** The name given, which may be empty where it may be left out. */
    final String id() {
        String id = commandSpec().positionalParameters().getFirst().getValue();
        if (id == null) {
            return "";
        }
        if (!resource.names(id)) {
            throw misused("'" + id + "': expected " + resource.label());
        }
        return id;
    }

    /** An option's value; null where it was not given. */
    final @Nullable Object value(String option) {
        return commandSpec().findOption(option).getValue();
    }

    final boolean isSet(String option) {
        return Boolean.TRUE.equals(value(option));
    }

    final String textOf(String option) {
        Object text = value(option);
        return text == null ? "" : text.toString();
    }

    /** What file and options say. */
    final ObjectNode body() throws CommandFailure {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (value("--file") instanceof Path file) {
            JsonNode tree =
                    Document.parse(file, Document.bytes(file, surroundings().input()));
            if (!(tree instanceof ObjectNode object)) {
                throw new CommandFailure(ExitCode.USAGE, file + ": expected keys of one " + resource.words());
            }
            body = object;
        }
        for (Key key : resource.keys()) {
            Object value = value(key.option());
            if (value != null) {
                key.put(body, value);
            }
        }
        return body;
    }

    /** Prints a resource, or the changes that a dry run would make. */
    final void print(Output output, Answer answer) throws CommandFailure {
        JsonNode tree = answer.json();
        if (tree.has("changes") && tree.has("revision")) {
            ChangesTable.print(output, tree);
        } else if (!tree.isMissingNode()) {
            output.print(tree, List.of(tree), resource.columns());
        }
    }

    /** What is left to do after a write: say it, wait for it. */
    final ExitCode finish(AdminClient client, String id, String said, Effect effect) throws CommandFailure {
        if (isSet("--dry-run")) {
            talk("nothing was changed");
            return ExitCode.OK;
        }
        talk(said);
        if (isSet("--wait")) {
            effect.await(client, resource.path(id));
        }
        return ExitCode.OK;
    }
}
