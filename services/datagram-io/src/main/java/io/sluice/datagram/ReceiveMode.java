// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/** How datagrams of one sender that arrive together are received, where the transport offers a choice. */
public enum ReceiveMode {
    /** Each for itself, into its slot. */
    SINGLE,

    /**
     * Together where the kernel merged them or got them merged ({@code UDP_GRO}); each is copied into its slot. Much
     * cheaper for senders that send aggregates and for network cards that merge; a copy dearer for everybody else.
     */
    AGGREGATED
}
