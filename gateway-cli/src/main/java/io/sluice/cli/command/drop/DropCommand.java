// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.drop;

import picocli.CommandLine.Command;

/** {@code sluice drop}. */
@Command(
        name = "drop",
        mixinStandardHelpOptions = true,
        description = "Dropped packets and why.",
        subcommands = DropListCommand.class)
public final class DropCommand {}
