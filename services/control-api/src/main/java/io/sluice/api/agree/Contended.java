// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.api.store.StoreUnavailable;

/** Other nodes wrote the configuration all the time that a change had. The message says whether it may yet take effect. */
public final class Contended extends StoreUnavailable {

    private static final long serialVersionUID = 1;

    private final boolean mayTakeEffect;

    /**
     * @param attempts how often the change was tried
     * @param mayTakeEffect whether some node has been asked to vote for it
     */
    public Contended(int attempts, boolean mayTakeEffect) {
        super("other nodes were faster " + attempts + " times to write the configuration: try again in a moment"
                + (mayTakeEffect ? "; the change may yet take effect" : "; nothing has changed"));
        this.mayTakeEffect = mayTakeEffect;
    }

    @Override
    public boolean mayTakeEffect() {
        return mayTakeEffect;
    }
}
