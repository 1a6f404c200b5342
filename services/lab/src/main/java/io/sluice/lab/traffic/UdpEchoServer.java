// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;

/** Sends every datagram back to its sender, for IPv4 and IPv6, in a namespace. */
public final class UdpEchoServer implements AutoCloseable {
    private final DatagramChannel channel;

    private UdpEchoServer(DatagramChannel channel) {
        this.channel = channel;
    }

    public static UdpEchoServer start(Namespace namespace, int port) {
        UdpEchoServer server = namespace.call(() -> {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[16]), port));
            return new UdpEchoServer(channel);
        });
        namespace.threads("echo").newThread(server::echo).start();
        return server;
    }

    private void echo() {
        ByteBuffer datagram = ByteBuffer.allocateDirect(65536);
        while (channel.isOpen()) {
            try {
                datagram.clear();
                SocketAddress sender = channel.receive(datagram);
                if (sender != null) {
                    channel.send(datagram.flip(), sender);
                }
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException ignored) {
                // An ICMP error about an earlier echo, or no buffer space: the client repeats, the server goes on.
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
