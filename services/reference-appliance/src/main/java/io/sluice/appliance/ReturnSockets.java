// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where returned packets leave from: addresses swapped, ports not (W-3). So there is a socket for each source port that
 * a gateway used, opened when first needed; beyond the bound the one unused for longest is closed.
 *
 * <p><b>Threading</b>: one thread. Nothing is read from these sockets; they block while their queue is full.
 */
final class ReturnSockets implements AutoCloseable {

    private static final int PORTS = 65_536;

    /** Gateways remembered with their return address; beyond, all are forgotten. */
    private static final int GATEWAYS_MAX = 1_024;

    private final DatagramChannel listen;
    private final InetAddress address;
    private final int listenPort;
    private final int[] openPorts;
    private final @Nullable DatagramChannel[] byPort = new @Nullable DatagramChannel[PORTS];
    private final long[] lastUsed = new long[PORTS];
    private final Map<InetAddress, InetSocketAddress> destinations = new HashMap<>();
    private int open;
    private long uses;

    /** Returns packets that came to {@code listen}. */
    ReturnSockets(DatagramChannel listen, InetSocketAddress bound, int socketsMax) {
        this.listen = listen;
        this.address = bound.getAddress();
        this.listenPort = bound.getPort();
        this.openPorts = new int[socketsMax];
    }

    /** The socket for a source port; null where another program has the port. */
    @Nullable
    DatagramChannel socket(int port) {
        if (port == listenPort) {
            return listen;
        }
        DatagramChannel channel = byPort[port];
        if (channel == null) {
            channel = openSocket(port);
        }
        lastUsed[port] = ++uses;
        return channel;
    }

    private @Nullable DatagramChannel openSocket(int port) {
        if (open == openPorts.length) {
            closeOldest();
        }
        DatagramChannel channel = null;
        try {
            channel = DatagramChannel.open(StandardProtocolFamily.INET);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
            channel.bind(new InetSocketAddress(address, port));
        } catch (IOException taken) {
            close(channel);
            return null;
        }
        byPort[port] = channel;
        openPorts[open++] = port;
        return channel;
    }

    private void closeOldest() {
        int oldest = 0;
        for (int i = 1; i < open; i++) {
            if (lastUsed[openPorts[i]] < lastUsed[openPorts[oldest]]) {
                oldest = i;
            }
        }
        int port = openPorts[oldest];
        close(byPort[port]);
        byPort[port] = null;
        openPorts[oldest] = openPorts[--open];
    }

    /** Sends to the gateway's address, to the port that the packet had come to; false where the kernel refused. */
    boolean send(DatagramChannel from, ByteBuffer datagram, InetAddress gateway) {
        InetSocketAddress destination = destinations.get(gateway);
        if (destination == null) {
            if (destinations.size() == GATEWAYS_MAX) {
                destinations.clear();
            }
            destination = new InetSocketAddress(gateway, listenPort);
            destinations.put(gateway, destination);
        }
        return sendTo(from, datagram, destination);
    }

    /** Sends as a plain UDP reply would: from the port listened on to the sender's port. */
    boolean sendPlainReply(ByteBuffer datagram, InetSocketAddress sender) {
        return sendTo(listen, datagram, sender);
    }

    private static boolean sendTo(DatagramChannel from, ByteBuffer datagram, InetSocketAddress destination) {
        try {
            return from.send(datagram, destination) > 0;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Sockets open now. */
    int open() {
        return open;
    }

    @Override
    public void close() {
        for (int i = 0; i < open; i++) {
            close(byPort[openPorts[i]]);
        }
        open = 0;
    }

    private static void close(@Nullable DatagramChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException gone) {
                // Nothing is left to close.
            }
        }
    }
}
