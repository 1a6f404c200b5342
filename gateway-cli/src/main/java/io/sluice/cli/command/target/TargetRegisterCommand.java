// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.command.resource.ChangesTable;
import io.sluice.cli.command.resource.Effect;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice target register}. */
@Command(
        name = "register",
        description = {
            "Registers a target. Where it is there already as asked for, says so and succeeds.",
            "With --lease it stays and renews the lease, until SIGTERM or Ctrl-C; then it deregisters the target. If it"
                    + " dies, the gateway deregisters the target when the lease ends."
        })
public final class TargetRegisterCommand extends GatewayCommand {

    private static final int CREATED = 201;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private static final List<Column> COLUMNS = List.of(
            Column.of("GROUP", "/target-group"),
            Column.of("TARGET", "/id"),
            Column.of("ZONE", "/zone"),
            Column.of("PORT", "/port"),
            Column.of("WEIGHT", "/weight"),
            Column.of("STATE", "/state"),
            Column.of("LEASE-ENDS", "/lease/expires"));

    @Parameters(
            paramLabel = "GROUP/TARGET",
            arity = "0..1",
            defaultValue = "",
            description = "Target group and address; or --group with --self.")
    private String what = "";

    @Option(names = "--group", paramLabel = "GROUP", defaultValue = "", description = "The target group.")
    private String group = "";

    @Option(names = "--self", description = "This host, by the address that it talks to the gateway from.")
    private boolean self;

    @Option(
            names = "--lease",
            paramLabel = "DURATION",
            converter = Lease.Converter.class,
            description = "How long the registration lasts unless it is renewed, 5s-1h.")
    private @Nullable Lease lease;

    @Option(names = "--once", description = "With --lease: register or renew once, and leave.")
    private boolean once;

    @Option(names = "--zone", paramLabel = "ZONE", description = "Its zone.")
    private @Nullable String zone;

    @Option(names = "--weight", paramLabel = "N", description = "Its share of new flows, 1-1000.")
    private @Nullable Integer weight;

    @Option(names = "--port", paramLabel = "PORT", description = "Its GENEVE port.")
    private @Nullable Integer port;

    @Option(names = "--dry-run", description = "Only print what would change.")
    private boolean dryRun;

    @Option(
            names = "--wait",
            description = "Wait until the target is healthy, no longer than --timeout; exit code 5 if not.")
    private boolean wait;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        String target = target(client);
        String inGroup = group();
        String path = "v1/target-groups/" + Call.encoded(inGroup) + "/targets";
        String item = path + "/" + Call.encoded(target);
        if (lease != null && !once && !dryRun) {
            if (wait) {
                throw misused("--wait and --lease: expected one of them, or --once");
            }
            new LeaseKeeper(client, item, body(target), lease, this::talk).keep(answer -> print(output, answer));
            return ExitCode.OK;
        }
        Call call = lease == null
                ? Call.of("POST", path).json("application/json", body(target))
                : Call.of("PUT", item).query("lease", lease.text()).json("application/json", body(target));
        Answer answer = client.done(call.query("dry-run", dryRun ? "true" : ""));
        if (dryRun) {
            ChangesTable.print(output, answer.json());
            talk("nothing was changed");
            return ExitCode.OK;
        }
        print(output, answer);
        talk((answer.status() == CREATED ? "registered " : "already so: ") + inGroup + "/" + target);
        if (wait) {
            Effect.HEALTHY.await(client, item);
        }
        return ExitCode.OK;
    }

    private static void print(Output output, Answer answer) throws CommandFailure {
        output.print(answer.json(), List.of(answer.json()), COLUMNS);
    }

    private ObjectNode body(String target) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("id", target);
        if (zone != null) {
            body.put("zone", zone);
        }
        if (weight != null) {
            body.put("weight", weight);
        }
        if (port != null) {
            body.put("port", port);
        }
        return body;
    }

    private String group() {
        int slash = what.indexOf('/');
        if (slash > 0 && group.isEmpty()) {
            return what.substring(0, slash);
        }
        if (group.isEmpty() || slash >= 0) {
            throw misused("expected GROUP/TARGET, or --group GROUP with --self");
        }
        return group;
    }

    private String target(AdminClient client) throws CommandFailure {
        String named = what.substring(what.indexOf('/') + 1);
        if (self == !named.isEmpty()) {
            throw misused("expected GROUP/TARGET, or --group GROUP with --self");
        }
        return self ? ownAddress(client) : named;
    }

    /** The address this host would send from to the gateway; nothing is sent. */
    private static String ownAddress(AdminClient client) throws CommandFailure {
        int given = client.base().getPort();
        int fallback = "https".equals(client.base().getScheme()) ? HTTPS_PORT : HTTP_PORT;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(client.base().getHost(), given < 0 ? fallback : given));
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException | UncheckedIOException unreachable) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "--self: this host has no address towards " + client.base() + ": " + unreachable.getMessage());
        }
    }
}
