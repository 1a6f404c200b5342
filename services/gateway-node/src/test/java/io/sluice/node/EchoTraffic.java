// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.traffic.UdpEchoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * UDP flows and a TCP connection of the client's that the server echoes: a packet of each flow every {@value #PACE_MS} ms,
 * and how long each was without an echo.
 *
 * <p><b>Threading</b>: one thread sends and receives; only the servers have threads of their own.
 */
final class EchoTraffic implements AutoCloseable {

    static final int FLOWS = 20;
    static final int PACE_MS = 10;

    private static final int UDP_PORT = 5_000;
    private static final int TCP_PORT = 5_001;
    private static final int LOOK_MS = 100;
    private static final int STEADY_MS = 1_500;
    private static final int STEADY_WITHIN_MS = 15_000;
    private static final long TCP_UNANSWERED_MAX = 16_384;
    private static final long MS = 1_000_000;

    private final InetAddress server = InetAddress.ofLiteral(TwoNodeNetwork.SERVER);
    private final UdpEchoServer udpServer;
    private final ServerSocketChannel tcpServer;
    private final List<DatagramChannel> flows = new ArrayList<>();
    private final SocketChannel connection;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private final long[] lastNs = new long[FLOWS + 1];
    private final long[] gapNs = new long[FLOWS + 1];
    private long asked;
    private long answered;
    private long tcpSent;
    private long tcpReceived;
    private boolean tcpBroken;

    /** Opens everything; the network must carry packets. */
    EchoTraffic(TwoNodeNetwork network) throws IOException {
        udpServer = UdpEchoServer.start(network.server(), UDP_PORT);
        tcpServer = network.server().call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(TCP_PORT)));
        network.server().threads("tcp-echo").newThread(this::echo).start();
        for (int i = 0; i < FLOWS; i++) {
            int port = 40_000 + i;
            flows.add(network.client().call(() -> {
                DatagramChannel channel = DatagramChannel.open();
                channel.bind(new InetSocketAddress(InetAddress.ofLiteral(TwoNodeNetwork.CLIENT), port));
                channel.connect(new InetSocketAddress(server, UDP_PORT)).configureBlocking(false);
                return channel;
            }));
        }
        connection = network.client().call(() -> {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(server, TCP_PORT));
            channel.configureBlocking(false);
            return channel;
        });
        mark();
    }

    private void echo() {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        try (SocketChannel accepted = tcpServer.accept()) {
            while (accepted.read(bytes.clear()) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    accepted.write(bytes);
                }
            }
        } catch (IOException closed) {
            // the client sees it
        }
    }

    /** Gaps and losses are counted from now on. */
    void mark() {
        asked = 0;
        answered = 0;
        Arrays.fill(lastNs, System.nanoTime());
        Arrays.fill(gapNs, 0);
    }

    /** Sends and receives for a time. */
    void run(long durationMs) {
        long endNs = System.nanoTime() + durationMs * MS;
        while (System.nanoTime() - endNs < 0) {
            long nextNs = System.nanoTime() + PACE_MS * MS;
            for (int i = 0; i < FLOWS; i++) {
                send(i);
            }
            sendTcp();
            do {
                receive();
                LockSupport.parkNanos(MS / 2);
            } while (System.nanoTime() - nextNs < 0);
        }
    }

    /** Until something has happened. */
    void until(Callable<Boolean> happened, Duration limit) throws Exception {
        long endNs = System.nanoTime() + limit.toNanos();
        while (!happened.call()) {
            if (System.nanoTime() - endNs > 0) {
                throw new AssertionError("it did not happen within " + limit);
            }
            run(LOOK_MS);
        }
    }

    /** Until every flow has had its echoes for a while. */
    void steady() {
        long endNs = System.nanoTime() + STEADY_WITHIN_MS * MS;
        run(STEADY_MS);
        while (silentFlows() > 0 && System.nanoTime() - endNs < 0) {
            run(PACE_MS);
        }
        run(STEADY_MS);
    }

    private void send(int flow) {
        try {
            flows.get(flow).write(buffer.clear().putLong(System.nanoTime()).flip());
            asked++;
        } catch (IOException refused) {
            // an ICMP error about an earlier one
        }
    }

    private void sendTcp() {
        try {
            if (!tcpBroken && tcpSent - tcpReceived < TCP_UNANSWERED_MAX) {
                tcpSent += connection.write(buffer.clear().putLong(tcpSent).flip());
            }
        } catch (IOException broken) {
            tcpBroken = true;
        }
    }

    private void receive() {
        for (int i = 0; i < FLOWS; i++) {
            try {
                while (flows.get(i).read(buffer.clear()) > 0) {
                    answered++;
                    heard(i);
                }
            } catch (IOException refused) {
                // an ICMP error about an earlier one
            }
        }
        try {
            int count = tcpBroken ? 0 : connection.read(buffer.clear());
            tcpBroken |= count < 0;
            if (count > 0) {
                tcpReceived += count;
                heard(FLOWS);
            }
        } catch (IOException broken) {
            tcpBroken = true;
        }
    }

    private void heard(int flow) {
        long nowNs = System.nanoTime();
        gapNs[flow] = Math.max(gapNs[flow], nowNs - lastNs[flow]);
        lastNs[flow] = nowNs;
    }

    /** Packets of UDP flows since {@link #mark} without an echo so far: those under way, and those that are lost. */
    long unanswered() {
        return asked - answered;
    }

    /** The longest time any UDP flow was without an echo since {@link #mark}. */
    long longestGapMs() {
        long longestNs = 0;
        for (int i = 0; i < FLOWS; i++) {
            longestNs = Math.max(longestNs, Math.max(gapNs[i], System.nanoTime() - lastNs[i]));
        }
        return longestNs / MS;
    }

    /** The same of the TCP connection: its retransmission timer comes on top. */
    long longestTcpGapMs() {
        return Math.max(gapNs[FLOWS], System.nanoTime() - lastNs[FLOWS]) / MS;
    }

    /** Flows, the connection included, that had no echo for half a second. */
    long silentFlows() {
        long nowNs = System.nanoTime();
        return Arrays.stream(lastNs).filter(last -> nowNs - last > 500 * MS).count();
    }

    /** What became of the connection. */
    String tcp() {
        return tcpBroken ? "broken" : "alive";
    }

    @Override
    public void close() {
        udpServer.close();
        try {
            tcpServer.close();
            connection.close();
            for (DatagramChannel flow : flows) {
                flow.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
