// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.uring.IoUringIoHandle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A path with io_uring handles of its own on Netty's event loop, beside whatever else the loop serves.
 *
 * <p><b>Receive.</b> The kernel fills aggregates of the slab that are lent to it ({@link AggregateBuffers}), or slots where
 * the slab has no aggregates ({@link LentSlots}); one multishot receive a socket stays armed ({@link PortReceiver}).
 * <b>Send.</b> Datagrams are gathered into messages that point into their slots ({@link PortSender}, {@link SendMessage}) and handed
 * over at the end of the batch ({@link BatchMarker}).
 * Nothing is made for a packet, and none is copied.
 *
 * <pre>
 *   completions ──► onDatagram ... ──► send ──► open messages
 *        first one: NOP                               │
 *   NOP completes ──► onBatchEnd ──► flush ───────────┴──► SENDMSG ...   (and PROVIDE_BUFFERS where slots are few)
 *                                                            completions ──► slots back
 * </pre>
 *
 * <p><b>Offloads</b> are tried before the first socket is announced ({@link OffloadSelfTest}); a kernel that fails the
 * test gets every datagram for itself, and one log line says why.
 *
 * <p><b>Fragments</b>: {@code IP_PMTUDISC_INTERFACE}, so DF is clear (W-9) and the kernel refuses a datagram larger than
 * its interface's MTU. <b>ICMP errors</b> never reach the sockets: they are neither connected nor ask for
 * {@code IP_RECVERR}.
 *
 * <p><b>Threading</b>: as {@link DatagramPath} says; what is shared by the sockets is made at the first bind, on the loop.
 */
final class UringDatagramPath implements DatagramPath {

    private static final Logger LOG = LoggerFactory.getLogger(UringDatagramPath.class);

    private final EventLoop loop;
    private final PacketSlab slab;
    private final List<DatagramPort> ports = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Boolean> aggregates = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private @Nullable UringLoop shared;
    private boolean testing;
    private boolean closing;
    private boolean freeing;

    UringDatagramPath(EventLoop loop, PacketSlab slab) {
        if (slab.headroomBytes() < ReceivedMessage.BYTES_MIN || slab.slotCount() > BufferLender.BUFFERS_MAX) {
            throw new IllegalArgumentException(
                    "%d slots with a headroom of %d bytes: io_uring needs at most %d slots and at least %d bytes"
                            .formatted(
                                    slab.slotCount(),
                                    slab.headroomBytes(),
                                    BufferLender.BUFFERS_MAX,
                                    ReceivedMessage.BYTES_MIN));
        }
        this.loop = loop;
        this.slab = slab;
    }

    @Override
    public String transport() {
        return DatagramTransport.IO_URING.text();
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

    private CompletionStage<DatagramPort> bind(
            int address, int port, DatagramReceiver receiver, boolean sharedAddress) {
        InetSocketAddress local = DestinationCache.socketAddress(address, port);
        if (closing) {
            return CompletableFuture.failedFuture(cannotBind(local, new IllegalStateException("the path is closed")));
        }
        UringDatagramPort opened = null;
        try {
            UringLoop with = shared();
            opened = new UringDatagramPort(with, local, sharedAddress, receiver);
            testOffloads(with);
        } catch (IOException | RuntimeException refused) {
            if (opened != null) {
                opened.shut();
            }
            return CompletableFuture.failedFuture(cannotBind(local, refused));
        }
        UringDatagramPort socket = opened;
        return aggregates.thenApply(work -> {
            if (closing) {
                throw cannotBind(local, new IllegalStateException("the path was closed meanwhile"));
            }
            socket.offloads(work);
            ports.add(socket);
            return socket;
        });
    }

    /** What the sockets share, made with the first of them. */
    private UringLoop shared() throws IOException {
        UringLoop before = shared;
        if (before != null) {
            return before;
        }
        if (!(loop instanceof IoEventLoop ioLoop) || !ioLoop.isCompatible(IoUringIoHandle.class)) {
            throw new IOException("the event loop does not run io_uring");
        }
        UringLoop made = new UringLoop(ioLoop, slab, this::closeWhenQuiet);
        shared = made;
        return made;
    }

    /** Once, and with the first socket bound: a port of the test's own is none that somebody wants. */
    private void testOffloads(UringLoop with) {
        if (!testing) {
            testing = true;
            OffloadSelfTest.start(with, this::tested);
        }
    }

    private void tested(@Nullable String obstacle) {
        if (obstacle != null && !closing) {
            LOG.atWarn()
                    .addKeyValue("event", "send_offload_unavailable")
                    .addKeyValue("reason", obstacle)
                    .log("datagrams are sent one by one");
        }
        aggregates.complete(obstacle == null);
    }

    private static IllegalStateException cannotBind(InetSocketAddress local, Throwable cause) {
        return new IllegalStateException(
                "cannot bind UDP %s:%d: %s"
                        .formatted(local.getAddress().getHostAddress(), local.getPort(), TransportProbe.reason(cause)),
                cause);
    }

    @Override
    public void flush() {
        UringLoop with = shared;
        if (with != null) {
            with.flush();
        }
    }

    @Override
    public List<DatagramPort> ports() {
        return List.copyOf(ports);
    }

    /** Whether all that may wait for the kernel may do so again; on the loop. */
    boolean hasAllRoom() {
        UringLoop with = shared;
        return with == null || with.room().isEmpty();
    }

    @Override
    public int inFlight() {
        return ports.stream().mapToInt(DatagramPort::inFlight).sum();
    }

    @Override
    public CompletionStage<Void> close() {
        if (!closing) {
            closing = true;
            UringLoop with = shared;
            if (with == null) {
                closed.complete(null);
            } else {
                with.closeSockets();
                closeWhenQuiet();
            }
        }
        return closed;
    }

    private void closeWhenQuiet() {
        UringLoop with = shared;
        if (closing && !freeing && with != null && with.socketCount() == 0) {
            freeing = true;
            aggregates.complete(false);
            with.close(() -> closed.complete(null));
        }
    }
}
