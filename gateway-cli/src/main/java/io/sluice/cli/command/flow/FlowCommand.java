// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.flow;

import picocli.CommandLine.Command;

/** {@code sluice flow}. */
@Command(
        name = "flow",
        mixinStandardHelpOptions = true,
        description = "Flows, and the targets they are pinned to.",
        subcommands = FlowListCommand.class)
public final class FlowCommand {}
