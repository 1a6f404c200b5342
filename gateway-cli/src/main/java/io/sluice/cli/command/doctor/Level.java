// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

/** How bad a finding is. */
enum Level {
    /** As it should be. */
    OK,
    /** Could not be looked at from here. */
    SKIPPED,
    /** Works, but not as well as it could, or not for long. */
    WARNING,
    /** Does not work. */
    BROKEN
}
