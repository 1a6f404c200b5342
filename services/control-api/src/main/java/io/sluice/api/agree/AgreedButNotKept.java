// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.api.store.StoreUnavailable;

/** A revision has the votes of a majority, and this node's store cannot keep it: it takes effect with any node's next write. */
public final class AgreedButNotKept extends StoreUnavailable {

    private static final long serialVersionUID = 1;

    /** @param cause what is wrong with the store */
    public AgreedButNotKept(StoreUnavailable cause) {
        super(
                "the change is agreed on and takes effect with the next one, but this node cannot keep it: "
                        + cause.getMessage(),
                cause);
    }

    @Override
    public boolean mayTakeEffect() {
        return true;
    }
}
