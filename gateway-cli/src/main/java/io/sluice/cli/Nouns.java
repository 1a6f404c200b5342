// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import io.sluice.cli.command.CompletionCommand;
import io.sluice.cli.command.config.ConfigApplyCommand;
import io.sluice.cli.command.config.ConfigConflictCommand;
import io.sluice.cli.command.config.ConfigConflictsCommand;
import io.sluice.cli.command.config.ConfigExportCommand;
import io.sluice.cli.command.config.ConfigHistoryCommand;
import io.sluice.cli.command.config.ConfigPlanCommand;
import io.sluice.cli.command.config.ConfigRollbackCommand;
import io.sluice.cli.command.config.ConfigShowCommand;
import io.sluice.cli.command.context.ContextAddCommand;
import io.sluice.cli.command.context.ContextListCommand;
import io.sluice.cli.command.context.ContextRemoveCommand;
import io.sluice.cli.command.context.ContextUseCommand;
import io.sluice.cli.command.doctor.DoctorCommand;
import io.sluice.cli.command.drop.DropListCommand;
import io.sluice.cli.command.flow.FlowListCommand;
import io.sluice.cli.command.node.NodeHealthCommand;
import io.sluice.cli.command.node.NodeListCommand;
import io.sluice.cli.command.node.NodeMetricsCommand;
import io.sluice.cli.command.observe.ObserveCommand;
import io.sluice.cli.command.resource.Resources;
import io.sluice.cli.command.target.TargetDrainCommand;
import io.sluice.cli.command.target.TargetHealthCommand;
import io.sluice.cli.command.target.TargetListCommand;
import io.sluice.cli.command.target.TargetRegisterCommand;
import io.sluice.cli.command.token.TokenCreateCommand;
import io.sluice.cli.command.token.TokenListCommand;
import io.sluice.cli.command.token.TokenRevokeCommand;
import io.sluice.cli.command.top.TopCommand;
import io.sluice.cli.command.trace.TraceCommand;
import java.util.ArrayList;
import java.util.List;

/** Every word that may follow {@code sluice}: the one list of commands. */
final class Nouns {

    /** In the order of the help. */
    static final List<Noun> ALL = List.of(
            Noun.of("load-balancer", "Gateway load balancers.", Resources::loadBalancer),
            Noun.of("listener", "The one listener of each load balancer.", Resources::listener),
            Noun.of("target-group", "Appliances that share load.", Resources::targetGroup),
            Noun.of("target", "Targets and their health.", Nouns::target),
            Noun.of("endpoint-service", "What endpoints connect to, and who may.", Resources::endpointService),
            Noun.of(
                    "endpoint",
                    "Where a spoke's traffic enters and leaves (endpoint attach is the launcher's).",
                    Resources::endpoint),
            Noun.of("zone", "Availability zones.", Resources::zone),
            Noun.of("tag", "Words of your own on resources.", Resources::tag),
            Noun.of(
                    "config",
                    "The gateway's configuration as one document.",
                    () -> List.of(
                            new ConfigExportCommand(),
                            new ConfigPlanCommand(),
                            new ConfigApplyCommand(),
                            new ConfigHistoryCommand(),
                            new ConfigConflictsCommand(),
                            new ConfigConflictCommand(),
                            new ConfigShowCommand(),
                            new ConfigRollbackCommand())),
            Noun.of("flow", "Flows: who goes through which target.", () -> List.of(new FlowListCommand())),
            Noun.of("drop", "Dropped packets and why.", () -> List.of(new DropListCommand())),
            Noun.of(
                    "node",
                    "Nodes, and the one behind the admin port.",
                    () -> List.of(new NodeListCommand(), new NodeHealthCommand(), new NodeMetricsCommand())),
            Noun.of("limit", "Limits, and how much of each is in use.", Resources::limit),
            Noun.of(
                    "token",
                    "Who may ask the gateway.",
                    () -> List.of(new TokenListCommand(), new TokenCreateCommand(), new TokenRevokeCommand())),
            Noun.of("audit", "Who changed what.", Resources::audit),
            Noun.of(
                    "context",
                    "Gateways by names of your own.",
                    () -> List.of(
                            new ContextListCommand(),
                            new ContextUseCommand(),
                            new ContextAddCommand(),
                            new ContextRemoveCommand())),
            Noun.verb("drain", "Deregisters a target and counts the flows it has left.", TargetDrainCommand::new),
            Noun.verb("trace", "Which appliance a packet would go to now, and why.", TraceCommand::new),
            Noun.verb("observe", "Flow events and drops as they happen.", ObserveCommand::new),
            Noun.verb("top", "Targets and endpoints, live.", TopCommand::new),
            Noun.verb("doctor", "Checks a node and its host, and says what to do.", DoctorCommand::new),
            Noun.verb("completion", "Prints a completion script for bash or zsh.", CompletionCommand::new));

    private Nouns() {}

    private static List<?> target() {
        List<Object> verbs = new ArrayList<>();
        verbs.add(new TargetListCommand());
        verbs.add(new TargetHealthCommand());
        verbs.add(new TargetRegisterCommand());
        verbs.addAll(Resources.target());
        verbs.add(new TargetDrainCommand());
        return verbs;
    }
}
