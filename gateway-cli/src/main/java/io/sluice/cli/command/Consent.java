// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.Surroundings;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Asks a person before something is lost. Where nobody can answer, only {@code --yes} is consent. */
public final class Consent {

    private static final Set<String> AGREED = Set.of("y", "yes");

    private Consent() {}

    /** The option that agrees beforehand. */
    public static OptionSpec option() {
        return OptionSpec.builder("--yes", "-y")
                .type(boolean.class)
                .defaultValue("false")
                .description("Do not ask. Needed where nobody can answer.")
                .build();
    }

    /**
     * Returns where it may be done.
     *
     * @param spec a command with {@link #option}
     * @param around whether there is a person, and what the person says
     * @param deed what would be done
     */
    public static void ask(CommandSpec spec, Surroundings around, String deed) throws CommandFailure {
        if (Boolean.TRUE.equals(spec.findOption("--yes").getValue())) {
            return;
        }
        if (!around.terminal()) {
            throw new CommandFailure(ExitCode.USAGE, deed + ": expected --yes, as nobody can be asked here");
        }
        spec.commandLine().getErr().print(deed + "? [y/N] ");
        spec.commandLine().getErr().flush();
        if (!AGREED.contains(around.line().toLowerCase(Locale.ROOT))) {
            throw new CommandFailure(ExitCode.FAILED, "not done");
        }
    }
}
