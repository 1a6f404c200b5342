// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.address;

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

    /** The same address at one node only, for requests that are meant for it. */
    public BusAddress<Q, R> at(io.sluice.model.id.NodeId node) {
        return new BusAddress<>(name + "@" + node, request, reply, deadlineMs);
    }
}
