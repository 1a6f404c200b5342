// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.Surroundings;

/** The root of all commands, which knows what is around the process. */
@FunctionalInterface
public interface HasSurroundings {

    /** What is around the process. */
    Surroundings surroundings();
}
