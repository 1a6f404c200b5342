// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.NodeId;

/**
 * A model with its place in history. Of two revisions the one with the higher number is newer.
 *
 * @param number 0 for "nothing configured yet", then rising
 * @param author the node it was made on
 * @param model what it says
 */
public record ConfigRevision(long number, NodeId author, GatewayModel model) {

    /** Checks the number. */
    public ConfigRevision {
        Ranges.require("configuration revision", number, 0, Long.MAX_VALUE);
    }
}
