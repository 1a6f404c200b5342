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

    private final String reason;
    private final boolean mayTakeEffect;

    /**
     * @param reason who was reached, how many are needed, what to do
     * @param mayTakeEffect whether some node has been asked to vote for the change
     */
    public NoMajority(String reason, boolean mayTakeEffect) {
        super(reason + (mayTakeEffect ? "; the change may yet take effect when they can be" : "; nothing has changed"));
        this.reason = reason;
        this.mayTakeEffect = mayTakeEffect;
    }

    /** The same of another change. */
    public NoMajority of(boolean changeMayTakeEffect) {
        return new NoMajority(reason, changeMayTakeEffect);
    }

    @Override
    public boolean mayTakeEffect() {
        return mayTakeEffect;
    }
}
