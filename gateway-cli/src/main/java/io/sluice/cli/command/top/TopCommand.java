// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.top;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code sluice top}. */
@Command(
        name = "top",
        description =
                "Shows packets, bytes, flows, health and drops of each target and endpoint, each second anew, until"
                        + " it is interrupted. SENT is what went to a target, BACK what it returned; what an endpoint"
                        + " shows is both directions.")
public final class TopCommand extends GatewayCommand {

    private static final long PACE_MS = 1_000;
    private static final int FLOWS_MAX = 10_000;

    /** Cursor to the upper left, and everything below it erased (ECMA-48). */
    private static final String HOME = "\u001b[H\u001b[2J";

    @Option(names = "--once", description = "One picture, of a second, and the end; needs no terminal.")
    private boolean once;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        if (!output.printsTables()) {
            throw new ParameterException(
                    commandSpec().commandLine(),
                    "--output: a picture is a table; expected table, or the commands target list, flow list, drop list");
        }
        if (!once && !surroundings().terminal()) {
            throw new ParameterException(
                    commandSpec().commandLine(), "a live picture needs a terminal: expected --once");
        }
        Sample before = sample(client);
        do {
            pause();
            Sample now = sample(client);
            String frame = Frame.of(before, now);
            output.text(once ? frame : HOME + frame);
            before = now;
        } while (!once);
        return ExitCode.OK;
    }

    private static Sample sample(AdminClient client) throws CommandFailure {
        return new Sample(
                client.json("v1/targets"), timed(client, "v1/flows?limit=" + FLOWS_MAX), timed(client, "v1/drops"));
    }

    private static Sample.Timed timed(AdminClient client, String path) throws CommandFailure {
        JsonNode answer = client.json(path);
        return new Sample.Timed(System.nanoTime(), answer);
    }

    private static void pause() throws CommandFailure {
        try {
            Thread.sleep(PACE_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }
}
