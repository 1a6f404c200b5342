// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.FlowEventsWanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gathers flow events while somebody listens. While nobody does a change costs one comparison.
 *
 * <p><b>Threading</b>: confined to the authority's event loop. <b>Limits</b>: {@value FlowEvents#EVENTS_MAX} events
 * between two {@linkplain #take takings}; the others are counted.
 */
public final class FlowTap implements FlowWatch {

    private final NodeId self;
    private final List<FlowEvents.Event> events = new ArrayList<>();
    private long wantedUntilMs = Long.MIN_VALUE;
    private long lost;

    /** @param self the authority's node */
    public FlowTap(NodeId self) {
        this.self = self;
    }

    /** Somebody listens. */
    public void wanted(long nowMs) {
        wantedUntilMs = nowMs + FlowEventsWanted.VALID_MS;
    }

    @Override
    public void changed(
            FlowEvents.Change change,
            FlowEnd end,
            long[] keys,
            int firstWord,
            TargetRef target,
            int cookie,
            NodeId ingress,
            long nowMs) {
        if (nowMs >= wantedUntilMs) {
            return;
        }
        if (events.size() == FlowEvents.EVENTS_MAX) {
            lost++;
            return;
        }
        events.add(new FlowEvents.Event(nowMs, ingress, change, end, FlowKey.copyOf(keys, firstWord), target, cookie));
    }

    /** What has gathered since the last time, to be published; empty where nothing has. */
    public Optional<FlowEvents> take() {
        if (events.isEmpty()) {
            return Optional.empty();
        }
        FlowEvents taken = new FlowEvents(self, lost, events);
        events.clear();
        lost = 0;
        return Optional.of(taken);
    }
}
