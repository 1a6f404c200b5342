// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.output.Output;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A command that asks a gateway and prints what it says: parsing around a {@link #run}. */
@Command
public abstract class GatewayCommand extends SluiceCommand {

    @Mixin
    private final GatewayOptions gateway = new GatewayOptions();

    /** For subclasses. */
    protected GatewayCommand() {}

    @Override
    public final Integer call() throws CommandFailure {
        return run(
                        gateway.client(commandSpec(), surroundings()),
                        gateway.output(commandSpec().commandLine().getOut(), surroundings()))
                .number();
    }

    /** How long the person is willing to wait. */
    protected final Duration patience() {
        return gateway.timeout(commandSpec());
    }

    /**
     * Does the work.
     *
     * @param client the gateway
     * @param output where data goes
     */
    protected abstract ExitCode run(AdminClient client, Output output) throws CommandFailure;
}
