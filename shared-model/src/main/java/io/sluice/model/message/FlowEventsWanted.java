// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.NodeId;

/**
 * Somebody listens to flow events: authorities tell them for {@value #VALID_MS} ms from hearing this on.
 *
 * @param listener the node that listens
 */
public record FlowEventsWanted(NodeId listener) {

    /** How long one of these counts; who listens repeats it each third of that. */
    public static final long VALID_MS = 3_000;
}
