// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import picocli.CommandLine.Model.CommandSpec;

/** A command whose parameters and options depend on what it is about. */
@FunctionalInterface
public interface ConfiguredCommand {

    /** Adds what annotations do not say, before the command line is parsed. */
    void configure(CommandSpec spec);
}
