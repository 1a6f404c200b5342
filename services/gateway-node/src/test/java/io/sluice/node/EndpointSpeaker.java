// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.Namespace;
import io.sluice.testkit.PacketBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * A spoke's end of the kernel tests' own: speaks plain GENEVE with the ingress from the address and port of an
 * attachment.
 *
 * <p><b>Threading</b>: one thread.
 */
final class EndpointSpeaker implements AutoCloseable {

    static final int HEADER_BYTES = 8;

    private static final InetSocketAddress INGRESS = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 6080);
    private static final int DATAGRAM_BYTES_MAX = 9_000;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final byte[] NOTHING = new byte[0];

    private final InetSocketAddress ingress;
    private final DatagramChannel channel;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private long sent;
    private long received;
    private long strangers;

    /** Opens the socket of an attachment in its namespace. */
    EndpointSpeaker(Namespace namespace, String address) throws IOException {
        this(namespace, address, INGRESS);
    }

    /** Opens the socket of an attachment that speaks with another ingress. */
    EndpointSpeaker(Namespace namespace, String address, InetSocketAddress ingress) throws IOException {
        this.ingress = ingress;
        channel = namespace.call(() -> {
            DatagramChannel opened = DatagramChannel.open(StandardProtocolFamily.INET);
            opened.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            opened.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            opened.bind(new InetSocketAddress(InetAddress.ofLiteral(address), INGRESS.getPort()));
            opened.configureBlocking(false);
            return opened;
        });
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Sends an inner packet as an endpoint's. */
    void send(int vni, byte[] inner) throws IOException {
        sendDatagram(PacketBuilder.geneve().vni(vni).payload(inner).build());
    }

    void sendDatagram(byte[] datagram) throws IOException {
        int taken = channel.send(ByteBuffer.wrap(datagram), ingress);
        if (taken != datagram.length) {
            throw new IOException("the kernel took " + taken + " of " + datagram.length + " bytes");
        }
        sent++;
    }

    /** The next datagram from the gateway, GENEVE header included; empty when none comes in time. */
    byte[] receive(int withinMs) throws IOException {
        byte[] at = poll();
        if (at.length > 0 || withinMs == 0) {
            return at;
        }
        selector.select(key -> {}, withinMs);
        return poll();
    }

    private byte[] poll() throws IOException {
        buffer.clear();
        SocketAddress from = channel.receive(buffer);
        if (from == null) {
            return NOTHING;
        }
        strangers += from.equals(ingress) ? 0 : 1;
        byte[] datagram = new byte[buffer.flip().remaining()];
        buffer.get(datagram);
        received++;
        return datagram;
    }

    /** VNI of a datagram. */
    static int vni(byte[] datagram) {
        return ByteBuffer.wrap(datagram).getInt(4) >>> 8;
    }

    /** Datagrams sent so far. */
    long sent() {
        return sent;
    }

    /** Datagrams received so far. */
    long received() {
        return received;
    }

    /** Datagrams received from another address or port than was sent to. */
    long strangers() {
        return strangers;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
