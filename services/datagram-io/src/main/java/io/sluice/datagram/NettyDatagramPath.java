// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;

/**
 * A path over Netty's datagram channels, one channel a socket.
 *
 * <p>Received bytes are copied once, into their slot; sent ones are read from the slot by the kernel. Netty makes some
 * short-lived objects for each packet; {@link UringDatagramPath} does neither, and takes this one's place where it can.
 *
 * <p><b>Batches.</b> epoll and io_uring receive up to {@value #DATAGRAMS_PER_RECEIVE} datagrams with one call; what is
 * sent goes out together with the next flush. <b>Limits</b>: half of the slab's slots, and
 * {@value SocketSettings#SEND_BUFFER_BYTES} bytes a socket, may wait for the kernel at once. A datagram beyond that flushes
 * what was queued before it, and is refused and counted where that does not help.
 *
 * <p><b>Fragments.</b> epoll and io_uring: {@code IP_PMTUDISC_INTERFACE}, so DF is clear (W-9) and the kernel refuses a
 * datagram larger than its interface's MTU. NIO can only say {@code IP_PMTUDISC_DO}: refused likewise, but DF is
 * set.
 *
 * <p><b>ICMP errors.</b> The sockets are not connected and do not ask for {@code IP_RECVERR}: the kernel keeps ICMP
 * errors to itself, and an earlier datagram that found nobody does not cost a later one.
 */
final class NettyDatagramPath implements DatagramPath {

    private static final int DATAGRAMS_PER_RECEIVE = 32;
    private static final int RECEIVE_BYTES_MAX = 512 << 10;
    private static final int RECEIVES_PER_TURN = 4;

    static final UnixChannelOption<Integer> MTU_DISCOVER =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", KernelAbi.IPPROTO_IP, KernelAbi.IP_MTU_DISCOVER);

    private static final ChannelOption<Boolean> NIO_REUSE_PORT =
            NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);

    private final EventLoop loop;
    private final DatagramTransport transport;
    private final PacketSlab slab;
    private final ByteBuf memory;
    private final QueuedSend[] sends;
    private final int inFlightMax;
    private final DestinationCache destinations = new DestinationCache();
    private final List<NettyDatagramPort> ports = new CopyOnWriteArrayList<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean closing;

    /** Closed, and only the kernel may not know yet. */
    private boolean quiet;

    /** Sockets bound or being bound. */
    private int openSockets;

    NettyDatagramPath(EventLoop loop, DatagramTransport transport, PacketSlab slab) {
        this.loop = loop;
        this.transport = transport;
        this.slab = slab;
        this.memory = Unpooled.wrappedBuffer(slab.memory().duplicate().clear());
        this.inFlightMax = Math.max(1, slab.slotCount() >> 1);
        this.sends = new QueuedSend[slab.slotCount()];
        for (int slot = 0; slot < sends.length; slot++) {
            sends[slot] = new QueuedSend(this, slot);
        }
    }

    @Override
    public String transport() {
        return transport.text();
    }

    @Override
    public PacketSlab slab() {
        return slab;
    }

    @Override
    public CompletionStage<DatagramPort> bind(int address, int port, DatagramReceiver receiver) {
        return bind(address, port, receiver, false);
    }

    @Override
    public CompletionStage<DatagramPort> bindShared(int address, int port, DatagramReceiver receiver) {
        return bind(address, port, receiver, true);
    }

    private CompletionStage<DatagramPort> bind(int address, int port, DatagramReceiver receiver, boolean shared) {
        InetSocketAddress local = DestinationCache.socketAddress(address, port);
        if (closing) {
            return CompletableFuture.failedFuture(cannotBind(local, new IllegalStateException("the path is closed")));
        }
        CompletableFuture<DatagramPort> bound = new CompletableFuture<>();
        NettyDatagramPort handler = new NettyDatagramPort(this, receiver);
        openSockets++;
        Bootstrap bootstrap = bootstrap(handler);
        if (shared) {
            bootstrap.option(
                    transport == DatagramTransport.NIO ? NIO_REUSE_PORT : UnixChannelOption.SO_REUSEPORT, true);
        }
        bootstrap.bind(local).addListener((ChannelFuture done) -> {
            // a channel that could not even be made answers on a thread of Netty's
            if (loop.inEventLoop()) {
                answered(local, handler, done, bound);
            } else {
                loop.execute(() -> answered(local, handler, done, bound));
            }
        });
        return bound;
    }

    private void answered(
            InetSocketAddress local,
            NettyDatagramPort handler,
            ChannelFuture done,
            CompletableFuture<DatagramPort> bound) {
        if (!done.isSuccess()) {
            bound.completeExceptionally(cannotBind(local, done.cause()));
            socketClosed();
            return;
        }
        handler.bound((DatagramChannel) done.channel());
        if (closing) {
            bound.completeExceptionally(cannotBind(local, new IllegalStateException("the path was closed meanwhile")));
            handler.close();
            return;
        }
        ports.add(handler);
        bound.complete(handler);
    }

    private static IllegalStateException cannotBind(InetSocketAddress local, Throwable cause) {
        return new IllegalStateException(
                "cannot bind UDP %s:%d: %s"
                        .formatted(local.getAddress().getHostAddress(), local.getPort(), TransportProbe.reason(cause)),
                cause);
    }

    private Bootstrap bootstrap(NettyDatagramPort handler) {
        // one byte more than fits: a longer datagram shows itself instead of being cut
        int datagramBytes = slab.dataBytesMax() + 1;
        int datagrams = Math.clamp(RECEIVE_BYTES_MAX / datagramBytes, 1, DATAGRAMS_PER_RECEIVE);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels())
                .handler(handler)
                .option(ChannelOption.SO_RCVBUF, SocketSettings.RECEIVE_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, SocketSettings.SEND_BUFFER_BYTES)
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                SocketSettings.SEND_BUFFER_BYTES >> 1, SocketSettings.SEND_BUFFER_BYTES));
        return switch (transport) {
            case IO_URING_CHANNEL ->
                bootstrap
                        .option(MTU_DISCOVER, SocketSettings.PMTUDISC_INTERFACE)
                        .option(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, datagramBytes)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                receives(datagramBytes * datagrams, RECEIVES_PER_TURN));
            case EPOLL ->
                bootstrap
                        .option(MTU_DISCOVER, SocketSettings.PMTUDISC_INTERFACE)
                        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, datagramBytes)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                receives(datagramBytes * datagrams, RECEIVES_PER_TURN));
            case NIO ->
                bootstrap
                        .option(NioChannelOption.of(ExtendedSocketOptions.IP_DONTFRAGMENT), true)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, receives(datagramBytes, DATAGRAMS_PER_RECEIVE));
            case IO_URING -> throw notAChannel();
        };
    }

    private static IllegalStateException notAChannel() {
        return new IllegalStateException(DatagramTransport.IO_URING.text() + " is not carried by a channel");
    }

    private static FixedRecvByteBufAllocator receives(int bytes, int perTurn) {
        FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(bytes);
        allocator.maxMessagesPerRead(perTurn);
        return allocator;
    }

    private ChannelFactory<DatagramChannel> channels() {
        return switch (transport) {
            case IO_URING_CHANNEL -> () -> new IoUringDatagramChannel(SocketProtocolFamily.INET);
            case EPOLL -> () -> new EpollDatagramChannel(SocketProtocolFamily.INET);
            case NIO -> () -> new NioDatagramChannel(SocketProtocolFamily.INET);
            case IO_URING -> throw notAChannel();
        };
    }

    /** The slab as Netty sees it; slices of it are sent. */
    ByteBuf memory() {
        return memory;
    }

    DestinationCache destinations() {
        return destinations;
    }

    /** The listener of a slot that is about to be sent. */
    QueuedSend queuedSend(int slot) {
        return sends[slot];
    }

    boolean closing() {
        return closing;
    }

    /** Whether another datagram may wait for the kernel. */
    boolean hasRoom() {
        return inFlight.getPlain() < inFlightMax;
    }

    /** A datagram waits for the kernel. */
    void queued() {
        inFlight.setOpaque(inFlight.getPlain() + 1);
    }

    /** The kernel took a datagram, or refused it. */
    void answered(int slot) {
        inFlight.setOpaque(inFlight.getPlain() - 1);
        try {
            slab.release(slot);
        } finally {
            closeWhenQuiet();
        }
    }

    @Override
    public void flush() {
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).flush();
        }
    }

    @Override
    public List<DatagramPort> ports() {
        return List.copyOf(ports);
    }

    @Override
    public int inFlight() {
        return inFlight.getOpaque();
    }

    @Override
    public CompletionStage<Void> close() {
        if (!closing) {
            closing = true;
            flush();
            ports.forEach(NettyDatagramPort::close);
            closeWhenQuiet();
        }
        return closed;
    }

    void socketClosed() {
        openSockets--;
        closeWhenQuiet();
    }

    private void closeWhenQuiet() {
        if (closing && openSockets == 0 && inFlight.getPlain() == 0 && !quiet) {
            quiet = true;
            turns(2, () -> {
                memory.release();
                closed.complete(null);
            });
        }
    }

    /**
     * Does something after that many turns of the loop with their input and output: io_uring hands its close operation
     * to the kernel in the next turn, and NIO's selector lets go of a socket in its next select.
     */
    private void turns(int count, Runnable action) {
        if (count == 0) {
            action.run();
        } else if (loop instanceof SingleThreadEventLoop single) {
            single.executeAfterEventLoopIteration(() -> loop.execute(() -> turns(count - 1, action)));
        } else {
            loop.execute(() -> turns(count - 1, action));
        }
    }
}
