// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

/**
 * The store cannot be read or written; what was to be kept is not kept and must not take effect, unless {@link #mayTakeEffect}.
 *
 * <p>The message says which store, what is wrong with it, and what to do.
 */
public class StoreUnavailable extends Exception {

    private static final long serialVersionUID = 1;

    /** @param message which store, what is wrong, what to do */
    public StoreUnavailable(String message) {
        super(message);
    }

    /**
     * @param message which store, what is wrong, what to do
     * @param cause what failed
     */
    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether what was asked for may yet come to be, as other nodes may have agreed on it. */
    public boolean mayTakeEffect() {
        return false;
    }
}
