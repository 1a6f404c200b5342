// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.NodeId;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Packet counters of one node.
 *
 * @param node which
 * @param packets packets by place: endpoint-in, target-out and so on
 * @param drops dropped packets by reason; reasons that never occurred are there with 0
 */
public record CountersReply(NodeId node, SortedMap<String, Long> packets, SortedMap<String, Long> drops) {

    /** Keeps copies. */
    public CountersReply {
        packets = new TreeMap<>(packets);
        drops = new TreeMap<>(drops);
    }
}
