// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.ConfiguredCommand;
import io.sluice.cli.command.Consent;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** {@code sluice drain} and {@code sluice target drain}. */
@Command(
        name = "drain",
        description = {
            "Deregisters a target and shows how many flows it still has, until there are none or the group's"
                    + " deregistration delay is over; no longer than --timeout (exit code 5).",
            "The target is deregistered all the same when the time runs out."
        })
public final class TargetDrainCommand extends GatewayCommand implements ConfiguredCommand {

    /** State of a target that is not registered any more: the gateway knows nothing of it. */
    private static final String UNUSED = "unused";

    /** Each question makes the nodes look through their flows. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final List<Column> COLUMNS = List.of(
            Column.of("GROUP", "/target-group"),
            Column.of("TARGET", "/target"),
            Column.of("STATE", "/state"),
            Column.of("FLOWS", "/flows"));

    @Parameters(paramLabel = "GROUP/TARGET", description = "Target group and address.")
    private String what = "";

    @Override
    public void configure(CommandSpec spec) {
        spec.addOption(Consent.option());
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        int slash = what.indexOf('/');
        if (slash < 1 || slash == what.length() - 1) {
            throw misused("'" + what + "': expected GROUP/TARGET");
        }
        String group = what.substring(0, slash);
        String target = what.substring(slash + 1);
        String path = "v1/target-groups/" + Call.encoded(group) + "/targets/" + Call.encoded(target);
        Consent.ask(commandSpec(), surroundings(), "drain target " + what);
        warnOfLease(client, path);
        client.done(Call.of("DELETE", path));
        long beganNs = System.nanoTime();
        Left said = new Left("", -1, true);
        while (true) {
            Left left = left(client, path, group, target);
            if (!left.equals(said)) {
                show(left);
                said = left;
            }
            if (left.over()) {
                finish(output, group, target, left);
                return ExitCode.OK;
            }
            if (System.nanoTime() - beganNs >= patience().toNanos()) {
                finish(output, group, target, left);
                throw new CommandFailure(
                        ExitCode.TIMED_OUT,
                        what + ": has " + left.words() + " after " + patience().toSeconds()
                                + " s and goes on draining");
            }
            AdminClient.pause(PAUSE);
        }
    }

    /** Where there is no such target, that is the answer. */
    private void warnOfLease(AdminClient client, String path) throws CommandFailure {
        String lease = client.json(path).at("/lease/duration").asText();
        if (!lease.isEmpty()) {
            talk(what + ": has a lease of " + lease
                    + ": who renews it will register the target again, unless that is ended first");
        }
    }

    /**
     * What is left.
     *
     * @param state the target's
     * @param flows its flows at the nodes that answered
     * @param all whether every node did
     */
    private record Left(String state, long flows, boolean all) {

        boolean over() {
            return UNUSED.equals(state) || (all && flows == 0);
        }

        String words() {
            return (all ? "" : "at least ") + flows + (flows == 1 ? " flow" : " flows") + " left";
        }
    }

    private static Left left(AdminClient client, String path, String group, String target) throws CommandFailure {
        Answer registered = client.get(path);
        String state = registered.saysNotFound()
                ? UNUSED
                : client.expectDone(path, registered).json().path("state").asText();
        JsonNode answer = client.json(Call.of("GET", "v1/flows")
                .query("limit", "1")
                .query("target-group", group)
                .query("target", target)
                .path());
        return new Left(
                state, answer.path("total").asLong(), answer.path("missing").isEmpty());
    }

    /** One line that changes for a person, a line each time for a file. */
    private void show(Left left) {
        PrintWriter err = commandSpec().commandLine().getErr();
        String line = what + ": " + left.state() + ", " + left.words();
        if (surroundings().terminal()) {
            err.print("\r" + line + "   ");
            err.flush();
        } else {
            err.println(line);
        }
    }

    private void finish(Output output, String group, String target, Left left) {
        if (surroundings().terminal()) {
            commandSpec().commandLine().getErr().println();
        }
        ObjectNode row = JsonNodeFactory.instance
                .objectNode()
                .put("target-group", group)
                .put("target", target)
                .put("state", left.state())
                .put("flows", left.flows());
        output.print(row, List.of(row), COLUMNS);
    }
}
