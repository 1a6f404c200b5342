// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

/**
 * The one-way flows of each endpoint in the order in which they were last queued: circular doubly linked lists whose
 * nodes are indexes into four {@code int[]} of fixed size, 16 bytes a flow of capacity.
 *
 * <p>A node knows its flow's slot, the slot knows its node (layout of {@link FlowTableLayout}). {@link EndpointCounts}
 * knows the first node of each endpoint's list; methods that may change it return the new one.
 *
 * <p><b>Threading.</b> Confined to its table's event loop. <b>Allocation.</b> None after construction. <b>Complexity.</b>
 * Constant, each method.
 */
final class EmbryonicFlows {

    /** No node: the list is empty. */
    static final int NONE = -1;

    private final int[] next;
    private final int[] previous;
    private final int[] slots;
    private final int[] queuedSeenMs;
    private int free;

    /**
     * @param capacity nodes, one for each flow of the table
     */
    EmbryonicFlows(int capacity) {
        next = new int[capacity];
        previous = new int[capacity];
        slots = new int[capacity];
        queuedSeenMs = new int[capacity];
        for (int node = 0; node < capacity; node++) {
            next[node] = node + 1;
        }
        next[capacity - 1] = NONE;
    }

    /**
     * Takes a free node for a flow and queues it last.
     *
     * @param first first node of its endpoint's list, or {@link #NONE}
     * @param lastSeenMs the table's clock
     * @return the node; it is the first one where there was none
     */
    int append(int first, int slot, long lastSeenMs) {
        int node = free;
        free = next[node];
        slots[node] = slot;
        linkLast(first, node, lastSeenMs);
        return node;
    }

    /** Takes a node out and frees it; returns the first node of the list then. */
    int remove(int first, int node) {
        int firstThen = unlink(first, node);
        next[node] = free;
        free = node;
        return firstThen;
    }

    /** Queues a node last again; returns the first node of the list then. */
    int requeue(int first, int node, long lastSeenMs) {
        int others = unlink(first, node);
        linkLast(others, node, lastSeenMs);
        return others == NONE ? node : others;
    }

    private void linkLast(int first, int node, long lastSeenMs) {
        queuedSeenMs[node] = (int) lastSeenMs;
        if (first == NONE) {
            next[node] = node;
            previous[node] = node;
            return;
        }
        int last = previous[first];
        next[last] = node;
        previous[node] = last;
        next[node] = first;
        previous[first] = node;
    }

    private int unlink(int first, int node) {
        if (next[node] == node) {
            return NONE;
        }
        next[previous[node]] = next[node];
        previous[next[node]] = previous[node];
        return node == first ? next[node] : first;
    }

    /** The flow of a node is in another slot now. */
    void moved(int node, int slot) {
        slots[node] = slot;
    }

    /** Slot of a node's flow. */
    int slot(int node) {
        return slots[node];
    }

    /** The node behind another; behind the last is the first. */
    int next(int node) {
        return next[node];
    }

    /** The last node of a list. */
    int last(int first) {
        return previous[first];
    }

    /** Whether the flow was seen since its node was queued; times count modulo 2^32. */
    boolean usedSinceQueued(int node, long lastSeenMs) {
        return queuedSeenMs[node] != (int) lastSeenMs;
    }
}
