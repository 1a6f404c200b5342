// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import picocli.CommandLine.Command;

/** {@code sluice config}. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "The gateway's configuration as one document.",
        subcommands = {ConfigApplyCommand.class, ConfigExportCommand.class})
public final class ConfigCommand {}
