// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import io.sluice.model.id.NodeId;
import io.sluice.model.message.CountersReply;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many packets each node dropped since it was last asked. A node's first word is what the next is measured against; a
 * count that went back is of a node that started again, and counts from zero.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
public final class DropDeltas {

    private final Map<NodeId, Map<String, Long>> last = new HashMap<>();

    /** Packets by reason that were dropped since the node's last word; reasons without any are left out. */
    public SortedMap<String, Long> since(CountersReply reply) {
        SortedMap<String, Long> deltas = new TreeMap<>();
        Map<String, Long> before = last.put(reply.node(), Map.copyOf(reply.drops()));
        if (before != null) {
            reply.drops().forEach((reason, count) -> {
                long known = before.getOrDefault(reason, 0L);
                long delta = count >= known ? count - known : count;
                if (delta > 0) {
                    deltas.put(reason, delta);
                }
            });
        }
        return deltas;
    }

    /** Forgets everything: nobody has listened for a while. */
    public void clear() {
        last.clear();
    }
}
