// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;

/** This machine cannot have a row, as was found when it was to be started; the message says why. */
final class RowUnavailableException extends IOException {

    private static final long serialVersionUID = 1;

    RowUnavailableException(String why) {
        super(why);
    }
}
