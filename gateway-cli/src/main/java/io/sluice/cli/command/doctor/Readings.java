// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;

/** Where the doctor's readings come from: this host and its node, or a file. Nothing is changed to take them. */
@FunctionalInterface
interface Readings {

    /** An object with {@code host} and {@code node}; what cannot be read is absent. */
    JsonNode take() throws CommandFailure;
}
