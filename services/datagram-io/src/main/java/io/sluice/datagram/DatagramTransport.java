// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/** What carries datagrams between kernel and event loop; the best first. */
public enum DatagramTransport {
    /** Linux io_uring. */
    IO_URING("io_uring"),
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
