// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.address;

import io.sluice.model.id.NodeId;

/**
 * Where messages of one kind go: the string, the types and the deadline in one place.
 *
 * @param name the event bus address, {@code sluice.<area>.<verb-or-event>.v1}
 * @param request type sent
 * @param reply type answered; {@link Void} where nobody answers
 * @param deadlineMs how long a request waits for its answer; 0 where nobody answers
 * @param <Q> type sent
 * @param <R> type answered
 */
public record BusAddress<Q, R>(String name, Class<Q> request, Class<R> reply, long deadlineMs) {

    private static final char NODE_SEPARATOR = '@';

    /** The same address at one node only, for requests that are meant for it. */
    public BusAddress<Q, R> at(NodeId node) {
        return new BusAddress<>(nameWithoutNode() + NODE_SEPARATOR + node, request, reply, deadlineMs);
    }

    /** Whether the address names that node: one that names none is at every node that serves it. */
    public boolean isAt(NodeId node) {
        int separator = name.indexOf(NODE_SEPARATOR);
        return separator >= 0 && name.substring(separator + 1).equals(node.value());
    }

    /** The name in {@link BusAddresses}, whether or not this one names a node. */
    public String nameWithoutNode() {
        int separator = name.indexOf(NODE_SEPARATOR);
        return separator < 0 ? name : name.substring(0, separator);
    }
}
