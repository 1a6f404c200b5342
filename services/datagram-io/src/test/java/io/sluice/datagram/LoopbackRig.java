// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** One path of the transport under test on one event loop, and a socket of the JDK's beside it. */
final class LoopbackRig implements AutoCloseable {

    static final int LOOPBACK = 0x7F00_0001;
    static final int SLOTS = 256;
    static final int SLOT_BYTES = 9_216;
    static final int HEADROOM_BYTES = 64;
    static final int DATA_BYTES_MAX = SLOT_BYTES - HEADROOM_BYTES;

    final MultiThreadIoEventLoopGroup group;
    final EventLoop loop;
    final PacketSlab slab;
    final DatagramPath path;
    final DatagramSocket outside;

    /** Opens a path with a slab of the usual size; a transport that does not work here aborts the test. */
    static LoopbackRig open(DatagramTransport transport) throws IOException {
        return open(transport, SLOTS, SLOT_BYTES);
    }

    static LoopbackRig open(DatagramTransport transport, int slots, int slotBytes) throws IOException {
        return open(transport, slots, slotBytes, Receiving.ALONE);
    }

    static LoopbackRig open(DatagramTransport transport, int slots, int slotBytes, Receiving receive)
            throws IOException {
        TransportProbe probe = TransportProbe.of(transport);
        assumeTrue(probe.available(), () -> transport.text() + ": " + probe.obstacle());
        return new LoopbackRig(transport, slots, slotBytes, receive, loop -> loop);
    }

    /** Opens a path of io_uring handles over a ring that can be told to fail. */
    static LoopbackRig over(FaultyRing ring, int slots, Receiving receive) throws IOException {
        TransportProbe probe = TransportProbe.of(DatagramTransport.IO_URING);
        assumeTrue(probe.available(), () -> "io_uring: " + probe.obstacle());
        return new LoopbackRig(DatagramTransport.IO_URING, slots, 1_024, receive, ring::of);
    }

    private LoopbackRig(
            DatagramTransport transport,
            int slots,
            int slotBytes,
            Receiving receive,
            UnaryOperator<IoEventLoop> between)
            throws IOException {
        group = new MultiThreadIoEventLoopGroup(1, handlers(transport));
        loop = between.apply(group.next());
        slab = new PacketSlab(slots, slotBytes, HEADROOM_BYTES, receive.aggregates);
        path = DatagramPaths.open(loop, transport, slab);
        outside = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    static IoHandlerFactory handlers(DatagramTransport transport) {
        return switch (transport) {
            case IO_URING, IO_URING_CHANNEL -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    /** Runs work on the event loop and waits for it. */
    <T> T onLoop(Callable<T> work) {
        return loop.submit(work).syncUninterruptibly().getNow();
    }

    /** Runs work on the event loop and waits for what it promised. */
    <T> T settle(Callable<CompletionStage<T>> work) {
        return onLoop(work)
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    DatagramPort bind(DatagramReceiver receiver) {
        return settle(() -> path.bind(LOOPBACK, 0, receiver));
    }

    /** Sends one datagram of this content to a loopback port and flushes. */
    void send(DatagramPort from, byte[] content, int port) {
        send(from, content, LOOPBACK, port);
    }

    void send(DatagramPort from, byte[] content, int address, int port) {
        onLoop(() -> {
            queue(from, content, address, port);
            path.flush();
            return null;
        });
    }

    /** On the loop: queues one datagram. */
    void queue(DatagramPort from, byte[] content, int address, int port) {
        int slot = slab.acquire();
        assertThat(slot).as("a free slot").isNotEqualTo(PacketSlab.NONE);
        int offset = slab.dataStart(slot);
        slab.memory().put(offset, content);
        from.send(slot, offset, content.length, address, port);
    }

    /** Sends a datagram from the JDK's socket. */
    void sendFromOutside(byte[] content, DatagramPort to) throws IOException {
        outside.send(new DatagramPacket(content, content.length, InetAddress.getLoopbackAddress(), to.localPort()));
    }

    /** Loopback answers within a millisecond; a busy machine may take long. */
    static ConditionFactory eventually() {
        return Awaitility.await()
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(2, TimeUnit.MILLISECONDS)
                .atMost(30, TimeUnit.SECONDS);
    }

    /** Waits until nothing is on its way to the kernel. */
    void awaitQuiet() {
        eventually().until(() -> path.inFlight() == 0);
    }

    static byte[] numbered(int number, int lengthBytes) {
        byte[] content = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            content[i] = (byte) (number + i * 31);
        }
        return content;
    }

    /** Closes the path and asserts that every slot is back. */
    @Override
    public void close() {
        outside.close();
        try {
            settle(path::close);
            assertThat(path.inFlight()).isZero();
            if (path instanceof UringDatagramPath uring) {
                assertThat(onLoop(uring::hasAllRoom)).as("room back").isTrue();
            }
            assertThat(onLoop(slab::freeCount)).as("slots back").isEqualTo(slab.slotCount());
            assertThat(onLoop(() -> slab.aggregates().usedCount()))
                    .as("aggregates back")
                    .isZero();
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
