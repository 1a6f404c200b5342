// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A UDP socket of the io_uring handle: IPv4 only, whatever the JVM prefers, because IPv6 sockets cost time even where
 * both ends are IPv4.
 *
 * <p><b>Threading</b>: from any thread.
 */
final class Ipv4Socket extends Socket {

    private Ipv4Socket() {
        super(newSocketDgram0(SocketProtocolFamily.INET));
    }

    /**
     * Opens a socket with the {@link SocketSettings} and binds it.
     *
     * @param shared whether others of this process bind to the same address
     * @throws IOException with the kernel's reason; nothing is left open
     */
    static Ipv4Socket boundTo(InetSocketAddress local, boolean shared) throws IOException {
        Ipv4Socket socket = open();
        try {
            socket.setIntOpt(KernelAbi.IPPROTO_IP, KernelAbi.IP_MTU_DISCOVER, SocketSettings.PMTUDISC_INTERFACE);
            socket.setReceiveBufferSize(SocketSettings.RECEIVE_BUFFER_BYTES);
            socket.setSendBufferSize(SocketSettings.SEND_BUFFER_BYTES);
            if (shared) {
                socket.setReusePort(true);
            }
            socket.bind(local);
            return socket;
        } catch (IOException | RuntimeException refused) {
            socket.close();
            throw refused;
        }
    }

    private static Ipv4Socket open() throws IOException {
        try {
            return new Ipv4Socket();
        } catch (ChannelException refused) {
            throw new IOException(TransportProbe.reason(refused), refused);
        }
    }
}
