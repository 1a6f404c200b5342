// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket of a {@link UringDatagramPath}: hands what io_uring completes to its receiving and its sending half, and
 * closes when both are done.
 *
 * <p><b>Threading</b>: confined to one event loop, but the counters. <b>Errors</b>: whatever the kernel says of one
 * datagram costs that datagram; the socket stays open.
 */
final class UringDatagramPort implements DatagramPort, IoUringIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(UringDatagramPort.class);

    private final UringLoop loop;
    private final PacketSlab slab;
    private final Socket socket;
    private final int localAddress;
    private final int localPort;
    private final int receiveBufferBytes;
    private final int sendBufferBytes;
    private final PortCounters counters = new PortCounters();
    private final IoRegistration registration;
    private final PortReceiver receiver;
    private final PortSender sender;
    private boolean closing;
    private boolean closed;

    /**
     * Opens, binds and registers a socket; it receives from now on.
     *
     * @param shared whether others of this process bind to the same address
     * @throws IOException with the kernel's reason; nothing is left open
     */
    @SuppressWarnings("this-escape") // a handle is nothing before it is registered
    UringDatagramPort(UringLoop loop, InetSocketAddress local, boolean shared, DatagramReceiver to) throws IOException {
        this.loop = loop;
        slab = loop.slab();
        socket = Ipv4Socket.boundTo(local, shared);
        try {
            InetSocketAddress bound = socket.localAddress();
            localAddress = ByteBuffer.wrap(bound.getAddress().getAddress()).getInt();
            localPort = bound.getPort();
            receiveBufferBytes = socket.getReceiveBufferSize();
            sendBufferBytes = socket.getSendBufferSize();
            registration = loop.register(this);
        } catch (IOException | RuntimeException refused) {
            socket.close();
            throw refused;
        }
        receiver = new PortReceiver(this, to, loop, registration, socket.intValue());
        sender = new PortSender(this, loop, registration, socket.intValue());
        loop.opened(this);
        receiver.arm();
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        IoUringIoEvent done = (IoUringIoEvent) event;
        switch (done.opcode()) {
            case KernelAbi.OP_RECVMSG -> receiver.received(done);
            case KernelAbi.OP_SENDMSG -> sender.answered((int) done.userData(), done.res());
            case KernelAbi.OP_POLL_ADD -> receiver.readable(done.res());
            case KernelAbi.OP_ASYNC_CANCEL -> receiver.canceled();
            default -> throw new IllegalStateException("an answer to something never asked: " + done);
        }
    }

    void batchEnd() {
        receiver.batchEnd();
    }

    /** Receives on where that was put off. */
    void arm() {
        receiver.arm();
    }

    @Override
    public void send(int slot, int offset, int lengthBytes, int address, int port) {
        // everything that may throw comes before the slot changes hands
        slab.checkInSlot(slot, offset, lengthBytes);
        if (port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException("port out of range:" + port);
        }
        slab.decided(slot);
        if (closing) {
            sender.refuse(slot);
        } else {
            sender.send(slot, offset, lengthBytes, address, port);
        }
    }

    @Override
    public boolean steer(long[] instructions) {
        return !closing && ReuseportProgram.attach(socket::setRawOpt, instructions);
    }

    void flush() {
        sender.flush();
    }

    /** Sends aggregates, and receives them where the path can, or neither. */
    void offloads(boolean work) {
        if (closing) {
            return;
        }
        sender.aggregate(work);
        if (loop.receivesAggregates()) {
            try {
                socket.setIntOpt(KernelAbi.SOL_UDP, KernelAbi.UDP_GRO, work ? 1 : 0);
            } catch (IOException refused) {
                LOG.atWarn()
                        .setCause(refused)
                        .addKeyValue("event", "receive_offload_refused")
                        .addKeyValue("port", localPort)
                        .log("datagrams are received one by one");
            }
        }
    }

    /** The sending half, for whoever decides about offloads. */
    PortSender sender() {
        return sender;
    }

    /** The socket, for whoever reads or sets its options. */
    Socket socket() {
        return socket;
    }

    PortCounters counters() {
        return counters;
    }

    /**
     * The event loop is about to end, and says so once or several times or, ended in a hurry, not at all. Submissions that
     * name the socket may wait in the ring: it stays open until they are answered, or the ring is gone ({@link #loopEnded}).
     */
    @Override
    public void close() {
        shut();
    }

    /** The event loop has ended and its ring with it: nothing names the socket any more, and no answer comes. */
    void loopEnded() {
        closing = true;
        sender.unanswered();
        closeSocket();
    }

    /** Sends what waits and closes when the kernel has answered everything. */
    void shut() {
        if (!closing) {
            closing = true;
            sender.flush();
            receiver.close();
            closeWhenQuiet();
        }
    }

    /** Closes the socket where that is wanted and the kernel has nothing of it any more. */
    void closeWhenQuiet() {
        if (closing && !closed && receiver.quiet() && sender.quiet()) {
            closeNow();
        }
    }

    private void closeNow() {
        closed = true;
        closeSocket();
        registration.cancel();
        loop.closed(this);
    }

    private void closeSocket() {
        try {
            socket.close();
        } catch (IOException failed) {
            LOG.atWarn()
                    .setCause(failed)
                    .addKeyValue("event", "datagram_socket_close_failed")
                    .addKeyValue("port", localPort)
                    .log("a socket could not be closed");
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
        return counters.received.get();
    }

    @Override
    public long receiveNoSlot() {
        return counters.receiveNoSlot.get();
    }

    @Override
    public long receiveOversize() {
        return counters.receiveOversize.get();
    }

    @Override
    public long receiverFailures() {
        return counters.receiverFailures.get();
    }

    @Override
    public long receiveErrors() {
        return counters.receiveErrors.get();
    }

    @Override
    public long sent() {
        return counters.sent.get();
    }

    @Override
    public long sentBytes() {
        return counters.sentBytes.get();
    }

    @Override
    public long sendFailures() {
        return counters.sendFailures.get();
    }

    @Override
    public int inFlight() {
        return (int) counters.inFlight.get();
    }

    @Override
    public long offloadFallbacks() {
        return counters.offloadFallbacks.get();
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
