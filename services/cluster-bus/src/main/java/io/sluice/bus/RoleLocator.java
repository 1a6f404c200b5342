// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.id.NodeId;
import io.sluice.model.message.NodeStatus;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which node to ask for a role: this one where it has the role, else the smallest of those heard lately.
 *
 * <p>Every node says each second that it is there ({@link NodeStatus}); one that has not for {@value #SILENT_MS} ms counts
 * as gone. So requests to a stopped process cease within that time, and resume with its first word.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
public final class RoleLocator {

    /** How long a node's word counts. */
    public static final long SILENT_MS = 3_000;

    private final NodeId self;
    private final String role;
    private final boolean own;
    private final LongSupplier monotonicMs;

    /** When each was heard last. */
    private final SortedMap<NodeId, Long> others = new TreeMap<>();

    /**
     * @param self this node
     * @param ownRoles what this node does
     * @param role what to look for
     * @param monotonicMs milliseconds of a clock that never goes back
     */
    public RoleLocator(NodeId self, List<String> ownRoles, String role, LongSupplier monotonicMs) {
        this.self = self;
        this.role = role;
        this.own = ownRoles.contains(role);
        this.monotonicMs = monotonicMs;
    }

    /** Takes a node's word. */
    public void accept(NodeStatus status) {
        if (status.roles().contains(role)) {
            others.put(status.node(), monotonicMs.getAsLong());
        } else {
            others.remove(status.node());
        }
    }

    /** The node to ask, or null when there is none. */
    public @Nullable NodeId locate() {
        if (own) {
            return self;
        }
        long nowMs = monotonicMs.getAsLong();
        others.values().removeIf(heardAtMs -> nowMs - heardAtMs >= SILENT_MS);
        return others.isEmpty() ? null : others.firstKey();
    }
}
