// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Socket addresses of recent destinations, so that none is made for each packet.
 *
 * <p>Direct-mapped: a destination has one place, and whoever comes later takes it. A node speaks to a few hundred
 * targets and attachments.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class DestinationCache {

    private static final int PLACES = 2_048;

    private final int[] addresses = new int[PLACES];
    private final @Nullable InetSocketAddress[] places = new @Nullable InetSocketAddress[PLACES];

    /**
     * The socket address of a destination.
     *
     * @param address IPv4 address in network order
     * @param port UDP port, 0-65535
     */
    InetSocketAddress get(int address, int port) {
        int mixed = (address ^ port * 0x85EB_CA6B) * 0x9E37_79B9;
        int place = mixed >>> 21;
        InetSocketAddress known = places[place];
        if (known == null || addresses[place] != address || known.getPort() != port) {
            known = socketAddress(address, port);
            places[place] = known;
            addresses[place] = address;
        }
        return known;
    }

    /** A new socket address; resolves nothing. */
    static InetSocketAddress socketAddress(int address, int port) {
        try {
            byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(address).array();
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("four bytes are always an address", impossible);
        }
    }
}
