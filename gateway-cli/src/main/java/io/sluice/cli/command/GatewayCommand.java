// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.output.Output;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a gateway and prints what it says: parsing around a {@link #run} that tests call directly. */
@Command(mixinStandardHelpOptions = true)
public abstract class GatewayCommand implements Callable<Integer> {

    @Mixin
    private final GatewayOptions gateway = new GatewayOptions();

    @Spec
    private @Nullable CommandSpec spec;

    /** For subclasses. */
    protected GatewayCommand() {}

    @Override
    public final Integer call() throws CommandFailure {
        CommandSpec parsed = commandSpec();
        return run(gateway.client(parsed), gateway.output(parsed.commandLine().getOut()))
                .number();
    }

    /** What picocli knows of this command. */
    protected final CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("the command line was not parsed");
        }
        return spec;
    }

    /**
     * Does the work.
     *
     * @param client the gateway
     * @param output where data goes
     */
    protected abstract ExitCode run(AdminClient client, Output output) throws CommandFailure;
}
