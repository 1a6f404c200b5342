// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.config.ConfigRevision;

/**
 * A revision as it was kept.
 *
 * @param revision number, author, the whole model
 * @param entry who made it, when, and what it changed
 */
public record StoredRevision(ConfigRevision revision, AuditEntry entry) {

    /** Whether it is of a branch that met another one and does not count. */
    public boolean isLost() {
        return entry.origin().isLost();
    }
}
