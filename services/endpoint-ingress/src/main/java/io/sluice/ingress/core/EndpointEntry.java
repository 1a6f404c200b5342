// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.config.Endpoint;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4SocketAddress;

/** What a packet needs to know of its endpoint, in plain fields. Immutable. */
final class EndpointEntry {

    /** What {@link #attachmentOf} answers for a sender that is none. */
    static final int NO_ATTACHMENT = -1;

    final long id;
    final int vni;
    final int zoneIndex;
    final Stickiness stickiness;
    final int tcpIdleTimeoutMs;
    private final int[] addresses;
    private final int[] ports;

    EndpointEntry(Endpoint endpoint, int zoneIndex, Stickiness stickiness, long tcpIdleTimeoutMs) {
        this.id = endpoint.id().value();
        this.vni = endpoint.vni().value();
        this.zoneIndex = zoneIndex;
        this.stickiness = stickiness;
        this.tcpIdleTimeoutMs = Math.toIntExact(tcpIdleTimeoutMs);
        this.addresses = endpoint.attachments().stream()
                .mapToInt(a -> a.address().bits())
                .toArray();
        this.ports = endpoint.attachments().stream()
                .mapToInt(Ipv4SocketAddress::port)
                .toArray();
    }

    /** Index of the attachment with this address: a sender's port says nothing, its address must be listed. */
    int attachmentOf(int address) {
        for (int i = 0; i < addresses.length; i++) {
            if (addresses[i] == address) {
                return i;
            }
        }
        return NO_ATTACHMENT;
    }

    int attachments() {
        return addresses.length;
    }

    int address(int attachment) {
        return addresses[attachment];
    }

    int port(int attachment) {
        return ports[attachment];
    }
}
