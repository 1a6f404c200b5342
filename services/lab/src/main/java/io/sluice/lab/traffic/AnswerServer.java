// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Answers questions by TCP and UDP at one port of a namespace, with its own name in front, so that whoever asks knows
 * which of several servers with the same address answered.
 *
 * <p><b>Protocol</b>: a question is a line of ASCII that ends with a newline; its answer is {@code NAME question}. By UDP
 * each datagram holds one line.
 *
 * <p><b>Threading</b>: one daemon thread of its own serves all; {@link #close} may be called from any.
 */
public final class AnswerServer implements AutoCloseable {
    private static final int BACKLOG = 256;
    private static final int LINE_BYTES_MAX = 512;

    private final byte[] name;
    private final Selector selector;
    private final ServerSocketChannel listener;
    private final DatagramChannel datagrams;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 14);

    private AnswerServer(String name, Selector selector, ServerSocketChannel listener, DatagramChannel datagrams) {
        this.name = (name + " ").getBytes(StandardCharsets.US_ASCII);
        this.selector = selector;
        this.listener = listener;
        this.datagrams = datagrams;
    }

    /** Starts to answer on every address of the namespace. */
    public static AnswerServer start(Namespace namespace, int port, String name) {
        AnswerServer server = namespace.call(() -> {
            InetSocketAddress any = new InetSocketAddress(port);
            Selector selector = Selector.open();
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(any, BACKLOG);
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            DatagramChannel datagrams = DatagramChannel.open().bind(any);
            datagrams.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            return new AnswerServer(name, selector, listener, datagrams);
        });
        namespace.threads("answers").newThread(server::serve).start();
        return server;
    }

    private void serve() {
        try {
            while (true) {
                selector.select(this::ready);
            }
        } catch (ClosedSelectorException e) {
            // closed: the end
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.channel().equals(listener)) {
                accept();
            } else if (key.channel().equals(datagrams)) {
                answerDatagram();
            } else {
                answer((SocketChannel) key.channel(), (Line) key.attachment());
            }
        } catch (IOException e) {
            // The peer is gone: so is its connection. An ICMP error about a datagram concerns nobody here.
            if (key.channel() instanceof SocketChannel connection) {
                close(connection);
            }
        }
    }

    private void accept() throws IOException {
        SocketChannel connection = listener.accept();
        if (connection != null) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connection.configureBlocking(false).register(selector, SelectionKey.OP_READ, new Line());
        }
    }

    private void answerDatagram() throws IOException {
        SocketAddress client = datagrams.receive(in.clear());
        if (client != null) {
            ByteBuffer answer = ByteBuffer.allocate(name.length + in.flip().remaining());
            datagrams.send(answer.put(name).put(in).flip(), client);
        }
    }

    private void answer(SocketChannel connection, Line line) throws IOException {
        if (connection.read(in.clear()) < 0) {
            close(connection);
            return;
        }
        in.flip();
        while (in.hasRemaining()) {
            byte next = in.get();
            line.bytes.put(next);
            if (next == '\n') {
                ByteBuffer answer =
                        ByteBuffer.allocate(name.length + line.bytes.flip().remaining());
                // A client reads its answers, so a few short lines always fit the socket's buffer.
                connection.write(answer.put(name).put(line.bytes).flip());
                line.bytes.clear();
            } else if (!line.bytes.hasRemaining()) {
                close(connection);
                return;
            }
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (!selector.isOpen()) {
                return;
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came of a question so far. */
    private static final class Line {
        private final ByteBuffer bytes = ByteBuffer.allocate(LINE_BYTES_MAX);
    }
}
