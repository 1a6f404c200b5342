// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import io.sluice.cli.command.ConfiguredCommand;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A word after {@code sluice}: a noun with its verbs, or a command by itself. Its commands are made only where they are
 * wanted, as each costs time at the start.
 */
final class Noun {

    private final String name;
    private final String description;
    private final Supplier<CommandLine> made;

    private Noun(String name, String description, Supplier<CommandLine> made) {
        this.name = name;
        this.description = description;
        this.made = made;
    }

    /** A noun with verbs: each an object with picocli's annotations. */
    static Noun of(String name, String description, Supplier<List<?>> verbs) {
        return new Noun(name, description, () -> {
            CommandLine noun = new CommandLine(spec(name, description));
            for (Object verb : verbs.get()) {
                noun.addSubcommand(line(verb));
            }
            return noun;
        });
    }

    /** A command without verbs. */
    static Noun verb(String name, String description, Supplier<?> command) {
        return new Noun(name, description, () -> line(command.get()));
    }

    String name() {
        return name;
    }

    /** With all its verbs. */
    CommandLine whole() {
        return made.get();
    }

    /** Only name and description, for the list of nouns. */
    CommandLine outline() {
        return new CommandLine(spec(name, description));
    }

    private static CommandLine line(Object command) {
        CommandLine line = new CommandLine(command);
        if (command instanceof ConfiguredCommand configured) {
            configured.configure(line.getCommandSpec());
        }
        return line;
    }

    private static CommandSpec spec(String name, String description) {
        CommandSpec spec = CommandSpec.create().name(name).mixinStandardHelpOptions(true);
        spec.usageMessage().description(description);
        return spec;
    }
}
