// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;

/**
 * A process with one half of the packet path says where the other half's packets reach it; published twice a second, and
 * at once when it hears of somebody new.
 *
 * @param node who
 * @param bootId when it started, milliseconds since 1970
 * @param zone the zone it serves
 * @param side which half it has
 * @param address where it takes the link's datagrams, and where its own come from
 * @param clockMs its monotonic clock now, milliseconds: what the epochs of its seals are counted by
 * @param sealHigh first half of the seal over the fields before, by the cluster's master secret
 * @param sealLow second half
 */
public record LinkHello(
        NodeId node,
        long bootId,
        Zone zone,
        Side side,
        Ipv4SocketAddress address,
        long clockMs,
        long sealHigh,
        long sealLow) {

    /** A half of the packet path. */
    public enum Side {
        /** Endpoint-facing sockets and the flow table. */
        INGRESS,
        /** Target-facing sockets. */
        CODEC;

        /** The half it is linked to. */
        public Side other() {
            return this == INGRESS ? CODEC : INGRESS;
        }
    }
}
