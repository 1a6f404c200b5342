// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong sendFailures = new AtomicLong();
    private @Nullable DatagramChannel channel;
    private int localAddress;
    private int localPort;
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
        bound.closeFuture().addListener(done -> path.socketClosed());
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
        try {
            receiver.onDatagram(this, slot, offset, lengthBytes, bits(sender), sender.getPort());
        } catch (RuntimeException bug) {
            receiverFailed(bug);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        try {
            receiver.onBatchEnd();
        } catch (RuntimeException bug) {
            receiverFailed(bug);
        }
        path.flush();
    }

    private void receiverFailed(RuntimeException bug) {
        add(receiverFailures, 1);
        if (receiverFailures.getPlain() == 1) {
            LOG.atError()
                    .setCause(bug)
                    .addKeyValue("event", "datagram_receiver_failed")
                    .addKeyValue("port", localPort)
                    .log("further failures of this socket's receiver are only counted");
        }
    }

    /** What the kernel reports to a reader (an ICMP error, say) does not close the socket. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.atDebug()
                .setCause(cause)
                .addKeyValue("event", "datagram_socket_error")
                .log("socket error");
    }

    @Override
    public void send(int slot, int offset, int lengthBytes, int address, int port) {
        DatagramChannel open = channel;
        if (open == null || !path.admit()) {
            add(sendFailures, 1);
            slab.release(slot);
            return;
        }
        ByteBuf bytes = path.memory().retainedSlice(offset, lengthBytes);
        unflushed = true;
        open.write(new DatagramPacket(bytes, path.destinations().get(address, port)))
                .addListener(done -> {
                    if (done.isSuccess()) {
                        add(sent, 1);
                        add(sentBytes, lengthBytes);
                    } else {
                        add(sendFailures, 1);
                    }
                    path.settled(slot);
                });
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
                    LOG.atWarn().setCause(done.cause()).log("event=datagram_socket_close_failed");
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
}
