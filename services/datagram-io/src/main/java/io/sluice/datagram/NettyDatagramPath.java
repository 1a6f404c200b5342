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
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A path over Netty's datagram channels, one channel a socket.
 *
 * <p>Received bytes are copied once, into their slot; sent ones are read from the slot by the kernel. Netty makes some
 * short-lived objects for each packet; the contract of {@link DatagramPath} does not, so a handle without them can take
 * this one's place.
 *
 * <p><b>Batches.</b> epoll and io_uring receive up to {@value #MESSAGES_PER_RECEIVE} datagrams with one call; what is
 * sent goes out together with the next flush. <b>Limits</b>: half of the slab's slots may be on their way to the kernel
 * at once; more are refused and counted.
 *
 * <p><b>Fragments.</b> {@code IP_PMTUDISC_INTERFACE}: DF clear (W-9), and a datagram larger than its interface's MTU is
 * refused by the kernel. NIO cannot set this: there the kernel's default holds, which sets DF.
 */
final class NettyDatagramPath implements DatagramPath {

    private static final int MESSAGES_PER_RECEIVE = 32;
    private static final int RECEIVES_PER_TURN = 4;
    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;
    private static final int SEND_BUFFER_BYTES = 4 << 20;

    /** Linux: level IPPROTO_IP, option IP_MTU_DISCOVER, value IP_PMTUDISC_INTERFACE. */
    private static final UnixChannelOption<Integer> MTU_DISCOVER =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);

    private static final int PMTUDISC_INTERFACE = 4;

    private final EventLoop loop;
    private final DatagramTransport transport;
    private final PacketSlab slab;
    private final ByteBuf memory;
    private final DestinationCache destinations = new DestinationCache();
    private final List<NettyDatagramPort> ports = new CopyOnWriteArrayList<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean closing;
    private int openSockets;

    NettyDatagramPath(EventLoop loop, DatagramTransport transport, PacketSlab slab) {
        this.loop = loop;
        this.transport = transport;
        this.slab = slab;
        this.memory = Unpooled.wrappedBuffer(slab.memory().duplicate().clear());
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
        InetSocketAddress local = DestinationCache.socketAddress(address, port);
        CompletableFuture<DatagramPort> bound = new CompletableFuture<>();
        if (closing) {
            bound.completeExceptionally(new IllegalStateException("cannot bind UDP " + text(local) + ": closed"));
            return bound;
        }
        NettyDatagramPort handler = new NettyDatagramPort(this, receiver);
        openSockets++;
        bootstrap(handler).bind(local).addListener((ChannelFuture done) -> {
            if (done.isSuccess()) {
                handler.bound((DatagramChannel) done.channel());
                ports.add(handler);
                bound.complete(handler);
            } else {
                socketClosed();
                bound.completeExceptionally(new IllegalStateException(
                        "cannot bind UDP " + text(local) + ": " + done.cause().getMessage(), done.cause()));
            }
        });
        return bound;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private Bootstrap bootstrap(NettyDatagramPort handler) {
        // one byte more than fits: a longer datagram shows itself instead of being cut
        int datagramBytes = slab.dataBytesMax() + 1;
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels())
                .handler(handler)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
        if (transport == DatagramTransport.NIO) {
            return bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, receives(datagramBytes, MESSAGES_PER_RECEIVE));
        }
        return bootstrap
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, datagramBytes)
                .option(MTU_DISCOVER, PMTUDISC_INTERFACE)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        receives(datagramBytes * MESSAGES_PER_RECEIVE, RECEIVES_PER_TURN));
    }

    private static FixedRecvByteBufAllocator receives(int bytes, int perTurn) {
        FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(bytes);
        allocator.maxMessagesPerRead(perTurn);
        return allocator;
    }

    private ChannelFactory<DatagramChannel> channels() {
        return switch (transport) {
            case IO_URING -> () -> new IoUringDatagramChannel(SocketProtocolFamily.INET);
            case EPOLL -> () -> new EpollDatagramChannel(SocketProtocolFamily.INET);
            case NIO -> () -> new NioDatagramChannel(SocketProtocolFamily.INET);
        };
    }

    /** The slab as Netty sees it; slices of it are sent. */
    ByteBuf memory() {
        return memory;
    }

    DestinationCache destinations() {
        return destinations;
    }

    /** Whether another datagram may wait for the kernel; counts it if so. */
    boolean admit() {
        if (closing || inFlight.getPlain() >= Math.max(1, slab.slotCount() >> 1)) {
            return false;
        }
        inFlight.setOpaque(inFlight.getPlain() + 1);
        return true;
    }

    /** A datagram left or failed. */
    void settled(int slot) {
        slab.release(slot);
        inFlight.setOpaque(inFlight.getPlain() - 1);
        closeWhenQuiet();
    }

    @Override
    public void flush() {
        for (NettyDatagramPort port : ports) {
            port.flush();
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
        if (closing && openSockets == 0 && inFlight.getPlain() == 0) {
            closed.complete(null);
        }
    }
}
