// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.node;

import picocli.CommandLine.Command;

/** {@code sluice node}. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "The node behind the admin port.",
        subcommands = {NodeHealthCommand.class, NodeMetricsCommand.class})
public final class NodeCommand {}
