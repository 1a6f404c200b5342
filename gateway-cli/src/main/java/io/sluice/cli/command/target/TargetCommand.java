// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import picocli.CommandLine.Command;

/** {@code sluice target}. */
@Command(
        name = "target",
        mixinStandardHelpOptions = true,
        description = "Targets and their health.",
        subcommands = TargetListCommand.class)
public final class TargetCommand {}
