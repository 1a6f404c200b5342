// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import java.util.List;

/** A system command that failed, with the command line and its standard error in the message. */
public final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String outcome;

    CommandFailedException(List<String> command, String outcome) {
        super("`" + String.join(" ", command) + "` " + outcome);
        this.outcome = outcome;
    }

    /** How it ended, without the command line. */
    public String outcome() {
        return outcome;
    }
}
