// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;

/** Ingresses by number. */
final class StressPeers {

    static final Zone ZONE = new Zone("az1");
    private static final LinkKeys.Pair NO_KEYS = new LinkKeys.Pair(0, 0);

    private StressPeers() {}

    static LinkPeer ingress(int number) {
        return new LinkPeer(hello(number), NO_KEYS, NO_KEYS, 0);
    }

    /** What it says of itself, not sealed. */
    static LinkHello hello(int number) {
        return new LinkHello(
                new NodeId("ingress-" + number),
                1,
                ZONE,
                LinkHello.Side.INGRESS,
                Ipv4SocketAddress.parse("10.0.0." + number + ":6082"),
                LinkEpoch.MS * number,
                0,
                0);
    }
}
