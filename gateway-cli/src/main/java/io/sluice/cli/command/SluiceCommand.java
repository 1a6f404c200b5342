// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.Surroundings;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command: what picocli and the process give to it. */
@Command(mixinStandardHelpOptions = true)
public abstract class SluiceCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    /** For subclasses. */
    protected SluiceCommand() {}

    /** What picocli knows of this command. */
    protected final CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("the command line was not parsed");
        }
        return spec;
    }

    /** What is around the process. */
    protected final Surroundings surroundings() {
        return ((HasSurroundings) commandSpec().root().userObject()).surroundings();
    }

    /** Says something to whoever watches, beside the data. */
    protected final void talk(String text) {
        commandSpec().commandLine().getErr().println(text);
    }

    /**
     * Refuses a {@code --limit} that is out of range.
     *
     * @throws ParameterException where it is less than 1 or more than {@code max}
     */
    protected final void requireLimit(int limit, int max) {
        if (limit < 1 || limit > max) {
            throw misused("--limit: " + limit + " is out of range: expected 1 to " + max);
        }
    }

    /** The command line is wrong: why; how it is used is printed too. */
    protected final ParameterException misused(String why) {
        return new ParameterException(commandSpec().commandLine(), why);
    }

    /** What picocli filled in from the command line, where it must be there. */
    protected static <T> T given(@Nullable T parameter) {
        if (parameter == null) {
            throw new IllegalStateException("the command line was not parsed");
        }
        return parameter;
    }
}
