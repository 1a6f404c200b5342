// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.List;

/**
 * What became of flows at one authority, in order; published while somebody {@linkplain FlowEventsWanted listens}.
 *
 * @param authority whose records they are
 * @param lost events that came too fast to be told, before these
 * @param events at most {@value #EVENTS_MAX}
 */
public record FlowEvents(NodeId authority, long lost, List<Event> events) {

    /** Events of one message. */
    public static final int EVENTS_MAX = 4_096;

    /** Keeps a copy. */
    public FlowEvents {
        events = List.copyOf(events);
        if (events.size() > EVENTS_MAX) {
            throw new IllegalArgumentException(events.size() + " events: expected at most " + EVENTS_MAX);
        }
    }

    /** What became of a flow. */
    public enum Change {
        /** It is new. */
        OPENED,
        /** An ingress had decided about it alone, and the authority took it over. */
        ADOPTED,
        /** It is pinned to another target from now on (T5, T6). */
        MOVED,
        /** It ended. */
        CLOSED;

        /** Lower-case text as the admin routes print it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * One change of one flow.
     *
     * @param atMs when the authority made it, milliseconds since 1970
     * @param ingress node whose packet or table made it
     * @param change what became of it
     * @param end why it ended; of any other change {@link FlowEnd#IDLE}, which means nothing then
     * @param key the flow
     * @param target where it is pinned; of one that ended, was
     * @param cookie its cookie
     */
    public record Event(
            long atMs, NodeId ingress, Change change, FlowEnd end, FlowKey key, TargetRef target, int cookie) {}
}
