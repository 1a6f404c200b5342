// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/**
 * How much the sockets of one path may leave with the kernel unanswered, and how much they do.
 *
 * <p>Datagrams are limited for all sockets together. Bytes are limited for each socket, which {@link PortSender} sees to;
 * here all sockets' bytes count against one socket's limit, as nobody knows beforehand through which one received
 * datagrams will leave.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class SendRoom {

    private final int datagramsMax;
    private int datagrams;
    private long bytes;

    /** @param datagramsMax most datagrams without an answer */
    SendRoom(int datagramsMax) {
        this.datagramsMax = datagramsMax;
    }

    /** Most datagrams without an answer. */
    int datagramsMax() {
        return datagramsMax;
    }

    /** More wait for an answer, or fewer. */
    void add(int moreDatagrams, int moreBytes) {
        datagrams += moreDatagrams;
        bytes += moreBytes;
    }

    /** Whether nothing waits for an answer. */
    boolean isEmpty() {
        return datagrams == 0 && bytes == 0;
    }

    /** Whether another datagram may wait. */
    boolean hasAny() {
        return datagrams < datagramsMax;
    }

    /** Whether so much may wait beside what does; where nothing does, whatever comes may. */
    boolean fits(int moreDatagrams, int moreBytes) {
        return (datagrams + moreDatagrams <= datagramsMax && bytes + moreBytes <= SocketSettings.SEND_BUFFER_BYTES)
                || datagrams == 0;
    }
}
