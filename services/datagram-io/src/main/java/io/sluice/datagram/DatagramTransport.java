// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/** What carries datagrams between kernel and event loop; the best first. */
public enum DatagramTransport {
    /** Linux io_uring, by handles of our own: no copy, no object for a packet, aggregated sends. */
    IO_URING("io_uring"),
    /** Linux io_uring, by Netty's channel; for kernels before 6.0, and to compare with. */
    IO_URING_CHANNEL("io_uring_channel"),
    /** Linux epoll, with recvmmsg and sendmmsg. */
    EPOLL("epoll"),
    /** The JDK's selector: everywhere. */
    NIO("nio");

    private final String text;

    DatagramTransport(String text) {
        this.text = text;
    }

    /** The configuration's word for it. */
    public String text() {
        return text;
    }
}
