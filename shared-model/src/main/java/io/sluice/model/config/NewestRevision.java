// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Of all configuration revisions heard, the one that counts.
 *
 * <p><b>Threading</b>: any thread.
 */
public final class NewestRevision {

    private final AtomicReference<ConfigRevision> held;

    /** @param initial the one to start with */
    public NewestRevision(ConfigRevision initial) {
        held = new AtomicReference<>(initial);
    }

    /**
     * Takes a revision, unless the one held counts.
     *
     * @return whether it was taken
     */
    public boolean accept(ConfigRevision offered) {
        ConfigRevision before = held.getAndUpdate(current -> offered.supersedes(current) ? offered : current);
        return offered.supersedes(before);
    }

    /** The one that counts. */
    public ConfigRevision get() {
        return held.get();
    }
}
