// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * A flow that stays open and asks an {@link AnswerServer} now and then: numbered questions, so that a late answer to an
 * earlier one is no answer to the last.
 *
 * <p>Nothing here waits: {@link #ask} hands a question to the kernel, {@link #poll} takes what has come. A TCP
 * connection that is not established yet asks when it is.
 *
 * <p><b>Threading</b>: confined to one thread, whichever; only the sockets are of the client's namespace.
 */
public final class Conversation implements AutoCloseable {
    private static final int ANSWER_BYTES_MAX = 1 << 14;

    private final boolean tcp;
    private final ByteChannel channel;
    private final ByteBuffer out = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    private final ByteBuffer in = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    private final StringBuilder line = new StringBuilder();
    private final Set<String> answeredBy = new TreeSet<>();
    private boolean connected;
    private boolean broken;
    private int asked;
    private int answered;

    private Conversation(boolean tcp, ByteChannel channel) {
        this.tcp = tcp;
        this.channel = channel;
        this.connected = !tcp;
    }

    /** Opens a flow from a chosen address and port; TCP sends its SYN at once. */
    public static Conversation open(
            Namespace namespace, boolean tcp, InetSocketAddress client, InetSocketAddress server) {
        return namespace.call(
                () -> new Conversation(tcp, tcp ? connection(client, server) : datagrams(client, server)));
    }

    private static ByteChannel connection(InetSocketAddress client, InetSocketAddress server) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // Closing sends a RST and forgets: nothing is retransmitted behind our back.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.configureBlocking(false);
        channel.bind(client).connect(server);
        return channel;
    }

    private static ByteChannel datagrams(InetSocketAddress client, InetSocketAddress server) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        return channel.bind(client).connect(server);
    }

    /** Asks the next question. */
    public void ask() {
        asked++;
        if (!tcp) {
            out.clear();
        }
        out.put(("q" + asked + "\n").getBytes(StandardCharsets.US_ASCII));
        poll();
    }

    /** Sends the last question again where the transport does not do so by itself. */
    public void repeat() {
        if (!tcp && asked > 0 && !answered()) {
            asked--;
            ask();
        }
    }

    /** Sends what waits and takes what has come. */
    public void poll() {
        if (broken) {
            return;
        }
        try {
            if (!connected) {
                connected = ((SocketChannel) channel).finishConnect();
            }
            if (connected) {
                send();
                int count = channel.read(in.clear());
                while (count > 0) {
                    take();
                    count = channel.read(in.clear());
                }
                broken = count < 0;
            }
        } catch (IOException e) {
            // An ICMP error about a datagram ends nothing; an error of a connection is its end.
            broken = tcp;
        }
    }

    private void send() throws IOException {
        if (out.position() > 0) { // an empty write would be an empty datagram
            out.flip();
            channel.write(out);
            out.compact();
        }
    }

    private void take() {
        in.flip();
        while (in.hasRemaining()) {
            char next = (char) in.get();
            if (next != '\n') {
                line.append(next);
                continue;
            }
            int space = line.indexOf(" q");
            if (space > 0) {
                answeredBy.add(line.substring(0, space));
                answered = Math.max(answered, Integer.parseInt(line.substring(space + 2)));
            }
            line.setLength(0);
        }
    }

    /** Whether the last question has its answer. */
    public boolean answered() {
        return asked > 0 && answered == asked;
    }

    /** Whether the connection has ended without our doing, as by a RST. */
    public boolean broken() {
        return broken;
    }

    /** The names of all servers that ever answered. */
    public Set<String> answeredBy() {
        return Set.copyOf(answeredBy);
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
