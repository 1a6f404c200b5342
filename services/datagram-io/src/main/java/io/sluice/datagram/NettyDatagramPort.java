// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One channel of a {@link NettyDatagramPath}.
 *
 * <p>Whatever the kernel says of one datagram (no route, too long, an ICMP error that came for an earlier one) costs that
 * datagram; the socket stays open.
 */
final class NettyDatagramPort extends ChannelInboundHandlerAdapter implements DatagramPort {

    private static final Logger LOG = LoggerFactory.getLogger(NettyDatagramPort.class);

    private final NettyDatagramPath path;
    private final PacketSlab slab;
    private final DatagramReceiver receiver;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong receiveNoSlot = new AtomicLong();
    private final AtomicLong receiveOversize = new AtomicLong();
    private final AtomicLong receiverFailures = new AtomicLong();
    private final AtomicLong receiveErrors = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong sendFailures = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();
    private @Nullable DatagramChannel channel;
    private int localAddress;
    private int localPort;
    private int receiveBufferBytes;
    private int sendBufferBytes;
    private boolean unflushed;

    NettyDatagramPort(NettyDatagramPath path, DatagramReceiver receiver) {
        this.path = path;
        this.slab = path.slab();
        this.receiver = receiver;
    }

    void bound(DatagramChannel bound) {
        channel = bound;
        InetSocketAddress local = bound.localAddress();
        localAddress = bits(local);
        localPort = local.getPort();
        receiveBufferBytes = bound.config().getReceiveBufferSize();
        sendBufferBytes = bound.config().getSendBufferSize();
        bound.closeFuture().addListener(done -> path.socketClosed());
    }

    /** The bound socket's configuration, as the kernel tells it. */
    ChannelConfig config() {
        return Objects.requireNonNull(channel, "not bound").config();
    }

    private static int bits(InetSocketAddress address) {
        return ByteBuffer.wrap(address.getAddress().getAddress()).getInt();
    }

    /** One writer, the loop; readers see each value whole and rising. */
    private static void add(AtomicLong count, long amount) {
        count.setOpaque(count.getPlain() + amount);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            receive(packet.content(), packet.sender());
        } finally {
            packet.release();
        }
    }

    private void receive(ByteBuf content, InetSocketAddress sender) {
        int lengthBytes = content.readableBytes();
        if (lengthBytes > slab.dataBytesMax()) {
            add(receiveOversize, 1);
            return;
        }
        int slot = slab.acquire();
        if (slot == PacketSlab.NONE) {
            add(receiveNoSlot, 1);
            return;
        }
        int offset = slab.dataStart(slot);
        path.memory().setBytes(offset, content, content.readerIndex(), lengthBytes);
        add(received, 1);
        slab.hand(slot);
        try {
            receiver.onDatagram(this, slot, offset, lengthBytes, bits(sender), sender.getPort());
        } catch (RuntimeException | AssertionError bug) {
            slab.takeBack();
            receiverFailed(bug);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        try {
            receiver.onBatchEnd();
        } catch (RuntimeException | AssertionError bug) {
            receiverFailed(bug);
        }
        path.flush();
    }

    /** A bug of the receiver's costs the call it was in. */
    private void receiverFailed(Throwable bug) {
        add(receiverFailures, 1);
        log(Level.ERROR, "datagram_receiver_failed", receiverFailures, bug);
    }

    /** What the kernel reports to a reader instead of a datagram does not close the socket. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            add(receiveErrors, 1);
            log(Level.WARN, "datagram_receive_error", receiveErrors, cause);
        } else {
            receiverFailed(cause);
        }
    }

    /** The first, second, fourth, eighth … of its kind: a storm of them is a handful of lines. */
    private void log(Level level, String event, AtomicLong count, Throwable cause) {
        if (Long.bitCount(count.getPlain()) == 1) {
            LOG.atLevel(level)
                    .setCause(cause)
                    .addKeyValue("event", event)
                    .addKeyValue("port", localPort)
                    .addKeyValue("count", count.getPlain())
                    .log("the socket goes on");
        }
    }

    @Override
    public void send(int slot, int offset, int lengthBytes, int address, int port) {
        // everything that may throw comes before the slot changes hands
        slab.checkInSlot(slot, offset, lengthBytes);
        InetSocketAddress destination = path.destinations().get(address, port);
        slab.decided(slot);
        DatagramChannel open = channel;
        if (open == null
                || path.closing()
                || lengthBytes < 1
                || lengthBytes > SocketSettings.UDP_BYTES_MAX
                || !hasRoom(open)) {
            add(sendFailures, 1);
            slab.release(slot);
            return;
        }
        path.queued();
        inFlight.setOpaque(inFlight.getPlain() + 1);
        unflushed = true;
        open.write(new DatagramPacket(path.memory().retainedSlice(offset, lengthBytes), destination))
                .addListener(path.queuedSend(slot).through(this, lengthBytes));
    }

    @Override
    public boolean steer(long[] instructions) {
        return channel instanceof UnixChannel unix
                && ReuseportProgram.attach(
                        (level, name, value) -> unix.config()
                                .setOption(new RawUnixChannelOption("raw", level, name, value.remaining()), value),
                        instructions);
    }

    /** Where too much waits, what is queued goes to the kernel first: most of it leaves at once. */
    private boolean hasRoom(DatagramChannel open) {
        if (path.hasRoom() && open.isWritable()) {
            return true;
        }
        path.flush();
        return path.hasRoom() && open.isWritable();
    }

    /** The kernel took a datagram of this port, or refused it. */
    void answered(boolean taken, int lengthBytes) {
        inFlight.setOpaque(inFlight.getPlain() - 1);
        if (taken) {
            add(sent, 1);
            add(sentBytes, lengthBytes);
        } else {
            add(sendFailures, 1);
        }
    }

    void flush() {
        DatagramChannel open = channel;
        if (unflushed && open != null) {
            unflushed = false;
            open.flush();
        }
    }

    void close() {
        DatagramChannel open = channel;
        if (open != null) {
            open.close().addListener(done -> {
                if (!done.isSuccess()) {
                    LOG.atWarn()
                            .setCause(done.cause())
                            .addKeyValue("event", "datagram_socket_close_failed")
                            .addKeyValue("port", localPort)
                            .log("a socket could not be closed");
                }
            });
        }
    }

    @Override
    public int localAddress() {
        return localAddress;
    }

    @Override
    public int localPort() {
        return localPort;
    }

    @Override
    public long received() {
        return received.getOpaque();
    }

    @Override
    public long receiveNoSlot() {
        return receiveNoSlot.getOpaque();
    }

    @Override
    public long receiveOversize() {
        return receiveOversize.getOpaque();
    }

    @Override
    public long receiverFailures() {
        return receiverFailures.getOpaque();
    }

    @Override
    public long receiveErrors() {
        return receiveErrors.getOpaque();
    }

    @Override
    public long sent() {
        return sent.getOpaque();
    }

    @Override
    public long sentBytes() {
        return sentBytes.getOpaque();
    }

    @Override
    public long sendFailures() {
        return sendFailures.getOpaque();
    }

    @Override
    public int inFlight() {
        return inFlight.getOpaque();
    }

    @Override
    public int receiveBufferBytes() {
        return receiveBufferBytes;
    }

    @Override
    public int sendBufferBytes() {
        return sendBufferBytes;
    }
}
