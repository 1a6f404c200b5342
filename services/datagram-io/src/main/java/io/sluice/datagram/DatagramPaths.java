// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.EventLoop;

/** Opens datagram paths. */
public final class DatagramPaths {

    private DatagramPaths() {}

    /**
     * Opens a path on an event loop, without a socket yet.
     *
     * @param loop the loop that everything happens on
     * @param transport what the loop runs; another one is refused at the first bind
     * @param slab packet memory, used by this path and its receivers alone; where it has aggregates, {@link
     *     DatagramTransport#IO_URING} receives datagrams together that the kernel hands over so ({@code UDP_GRO})
     * @throws IllegalArgumentException where the transport cannot use the slab: io_uring needs a headroom of at least 32
     *     bytes and at most 32,768 slots
     */
    public static DatagramPath open(EventLoop loop, DatagramTransport transport, PacketSlab slab) {
        return transport == DatagramTransport.IO_URING
                ? new UringDatagramPath(loop, slab)
                : new NettyDatagramPath(loop, transport, slab);
    }
}
