// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.api.store.StoreUnavailable;

/**
 * The configuration cannot be written now: too few members vote for it. The message says who was reached, how many are
 * needed, and whether the change may yet take effect.
 */
public final class NoMajority extends StoreUnavailable {

    private static final long serialVersionUID = 1;

    /** @param message who was reached, how many are needed, what to do */
    public NoMajority(String message) {
        super(message);
    }
}
