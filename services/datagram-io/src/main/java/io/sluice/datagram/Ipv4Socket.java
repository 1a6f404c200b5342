// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP socket of the io_uring handle: IPv4 only, whatever the JVM prefers, because IPv6 sockets cost time even where
 * both ends are IPv4.
 *
 * <p><b>Filter</b>: the kernel drops UDP datagrams without payload before they get here. Each would end the multishot
 * receive, whoever sent it, and nothing we speak is empty. The program sees the UDP header first, so what has a payload
 * is longer than 8 bytes. A kernel that refuses it costs only this: empty datagrams are received.
 *
 * <p><b>Threading</b>: from any thread.
 */
final class Ipv4Socket extends Socket {

    private static final Logger LOG = LoggerFactory.getLogger(Ipv4Socket.class);

    private static final long[] PAYLOAD_ONLY = {
        0x0080_00_00_0000_0000L, // ld len
        0x0025_00_01_0000_0008L, // jgt 8: the next one, or the one after it
        0x0006_00_00_FFFF_FFFFL, // ret everything
        0x0006_00_00_0000_0000L, // ret nothing
    };

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
            socket.dropEmpty();
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

    private void dropEmpty() {
        try {
            ClassicBpf.attach(this::setRawOpt, ClassicBpf.SO_ATTACH_FILTER, PAYLOAD_ONLY);
        } catch (IOException refused) {
            LOG.atWarn()
                    .setCause(refused)
                    .addKeyValue("event", "socket_filter_refused")
                    .log("empty datagrams are received, each of which costs a submission");
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
