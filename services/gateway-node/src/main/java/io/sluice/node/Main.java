// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.Printable;
import io.sluice.node.config.ConfigException;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.NodeConfigReader;
import io.sluice.node.config.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs a gateway node, or some of its roles, until it is told to stop.
 *
 * <p>Exit codes: 0 stopped by a signal, 1 could not start, 2 wrong command line or configuration.
 */
@Command(
        name = "sluice run",
        description = "Runs a gateway node until it is interrupted.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
public final class Main implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    /** Characters of why the node does not start. */
    private static final int REASON_MAX = 4_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The node's configuration (YAML).")
    private @Nullable Path config;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Where the node keeps what it must find again; made where absent. Without it everything that is"
                            + " changed while it runs ends with it.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE",
            description = "What this process does, instead of node.roles of the file: all, or some of ingress, codec,"
                    + " flow-hashing, target-selection, health-checking, control-api.")
    private @Nullable List<String> roles;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "Event loops that carry packets, instead of node.shards of the file: 0 for one per core.")
    private @Nullable Integer shards;

    private Main() {}

    /** Runs the node; the process ends with the exit code. */
    public static void main(String[] arguments) {
        int status = new CommandLine(new Main()).execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null || config == null) {
            throw new IllegalStateException("the command line was not parsed");
        }
        NodeConfig node;
        try {
            node = withShards(NodeConfigReader.read(config, parsedRoles(spec)), spec);
        } catch (ConfigException invalid) {
            spec.commandLine().getErr().println(invalid.getMessage());
            return CommandLine.ExitCode.USAGE;
        } catch (IOException unreadable) {
            spec.commandLine().getErr().println("--config: cannot read " + config + ": " + reason(unreadable));
            return CommandLine.ExitCode.USAGE;
        }
        try {
            GatewayNode running = GatewayNode.start(node, dataDirectory);
            Runtime.getRuntime().addShutdownHook(new Thread(running::stop, "sluice-shutdown"));
            CompletionStage<Void> _ = running.ended()
                    .thenRun(() -> Thread.ofPlatform()
                            .name("sluice-end")
                            .start(() -> System.exit(CommandLine.ExitCode.SOFTWARE)));
            return CommandLine.ExitCode.OK;
        } catch (IOException | ExecutionException failed) {
            Throwable cause =
                    failed instanceof ExecutionException && failed.getCause() != null ? failed.getCause() : failed;
            LOG.atDebug().setCause(cause).log("event=node_start_failed");
            // others of the cluster may be quoted in it
            String reason = Printable.of(reason(cause).lines().findFirst().orElse(""));
            spec.commandLine()
                    .getErr()
                    .println("cannot start: " + reason.substring(0, Math.min(reason.length(), REASON_MAX)));
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private NodeConfig withShards(NodeConfig read, CommandSpec command) {
        if (shards == null) {
            return read;
        }
        try {
            return read.withShards(shards);
        } catch (IllegalArgumentException invalid) {
            throw new ParameterException(command.commandLine(), "--shards: " + invalid.getMessage(), invalid);
        }
    }

    private @Nullable Set<Role> parsedRoles(CommandSpec command) {
        if (roles == null) {
            return null;
        }
        try {
            return Role.parse(roles);
        } catch (IllegalArgumentException invalid) {
            throw new ParameterException(command.commandLine(), "--roles: " + invalid.getMessage(), invalid);
        }
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
