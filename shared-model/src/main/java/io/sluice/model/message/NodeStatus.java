// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.NodeId;
import java.util.List;

/**
 * A node says that it is there; published every second.
 *
 * @param node who
 * @param bootId when it started, milliseconds since 1970
 * @param roles what it does, in words of the configuration
 * @param configRevision the revision it works with
 */
public record NodeStatus(NodeId node, long bootId, List<String> roles, long configRevision) {

    /** Keeps a copy. */
    public NodeStatus {
        roles = List.copyOf(roles);
    }
}
