// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import io.sluice.cli.CommandFailure;

/** Takes the lines of an answer that does not end by itself. */
public interface LineTaker {

    /** Takes the next line. Answers whether to go on. */
    boolean take(String line) throws CommandFailure;
}
