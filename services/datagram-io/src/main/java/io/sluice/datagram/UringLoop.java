// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sockets of one path share: the memory the kernel reads and fills, the end of a batch, the limit of datagrams
 * that wait for an answer.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class UringLoop {

    private static final Logger LOG = LoggerFactory.getLogger(UringLoop.class);

    private final IoEventLoop loop;
    private final PacketSlab slab;
    private final SendRoom room;

    /** Replaced where one opens or closes, which may happen while another is called. */
    private List<UringDatagramPort> sockets = List.of();

    private final Runnable socketClosed;
    private final ReceiveBuffers buffers;
    private final ReceiveHeaders headers;
    private final SendMessages messages;
    private final BatchMarker marker;
    private final LoopTurn turn;
    private final FutureListener<Object> ended = done -> ended();

    /**
     * @param loop an event loop that runs io_uring, and this thread's
     * @param slab packets
     * @param socketClosed what to do when one of the sockets is closed
     * @throws IOException where the loop takes no handle, with Netty's reason
     */
    UringLoop(IoEventLoop loop, PacketSlab slab, Runnable socketClosed) throws IOException {
        this.loop = loop;
        turn = new LoopTurn(loop, this::goOn);
        marker = new BatchMarker(loop, this::batchEnd);
        this.slab = slab;
        this.socketClosed = socketClosed;
        room = new SendRoom(Math.max(1, slab.slotCount() >> 1));
        short group = BufferGroups.take();
        buffers = slab.aggregates().count() > 0 ? new AggregateBuffers(slab, group, room) : new LentSlots(slab, group);
        headers = new ReceiveHeaders(buffers.payloadAt());
        messages = new SendMessages(slab, messageCount());
        try {
            marker.register(register(marker));
            buffers.lender().register(register(buffers.lender()));
            loop.terminationFuture().addListener(ended);
        } catch (IOException refused) {
            marker.unregister();
            free();
            throw refused;
        }
    }

    /**
     * Registers a handle.
     *
     * @throws IOException where the loop takes none: it is shutting down
     */
    IoRegistration register(IoUringIoHandle handle) throws IOException {
        // on the loop's own thread, the answer is there at once
        io.netty.util.concurrent.Future<IoRegistration> registered = loop.register(handle);
        if (!registered.isSuccess()) {
            throw new IOException("the event loop takes no handle", registered.cause());
        }
        return registered.getNow();
    }

    PacketSlab slab() {
        return slab;
    }

    ReceiveBuffers buffers() {
        return buffers;
    }

    /** Whether sockets may be handed several datagrams at once. */
    boolean receivesAggregates() {
        return buffers instanceof AggregateBuffers;
    }

    ReceiveHeaders headers() {
        return headers;
    }

    SendMessages messages() {
        return messages;
    }

    /** A datagram was received: it belongs to a batch and to a turn of the loop. */
    void received() {
        marker.received();
        turn.received();
    }

    /** Something that was received waits: the batch's end looks after it. */
    void waits() {
        marker.received();
    }

    /** Whether the loop has other things to do before more is received, or what was received waits. */
    boolean turnOver() {
        return turn.over() || buffers.waiting();
    }

    /** Messages there are: one for each datagram that may wait, and one more while an aggregate is taken apart. */
    int messageCount() {
        return room.datagramsMax() + 1;
    }

    /** What may wait for the kernel. */
    SendRoom room() {
        return room;
    }

    void opened(UringDatagramPort socket) {
        List<UringDatagramPort> more = new ArrayList<>(sockets);
        more.add(socket);
        sockets = List.copyOf(more);
    }

    void closed(UringDatagramPort socket) {
        List<UringDatagramPort> fewer = new ArrayList<>(sockets);
        fewer.remove(socket);
        sockets = List.copyOf(fewer);
        socketClosed.run();
    }

    /** Sockets that the kernel may still know something of. */
    int socketCount() {
        return sockets.size();
    }

    private void batchEnd() {
        boolean waited = buffers.waiting();
        if (waited) {
            buffers.takeOn();
        }
        List<UringDatagramPort> now = sockets;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).batchEnd();
        }
        flush();
        if (buffers.waiting()) {
            marker.received(); // behind what was flushed, which is answered by then
        } else if (turn.over()) {
            return; // the next one goes on
        } else if (waited) {
            goOn();
        } else {
            buffers.replenish();
        }
    }

    /** There is room for more: in a new turn, or because nothing waits any more. */
    private void goOn() {
        buffers.replenish();
        List<UringDatagramPort> now = sockets;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).arm();
        }
    }

    void flush() {
        List<UringDatagramPort> now = sockets;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flush();
        }
    }

    /** Runs an action later. */
    void after(long delay, TimeUnit unit, Runnable action) {
        report(loop.schedule(action, delay, unit));
    }

    /** Runs an action later unless what is answered is cancelled. */
    Future<?> timer(long delay, TimeUnit unit, Runnable action) {
        ScheduledFuture<?> timer = loop.schedule(action, delay, unit);
        report(timer);
        return timer;
    }

    private static void report(ScheduledFuture<?> timer) {
        timer.addListener(done -> {
            if (!done.isSuccess() && !done.isCancelled()) {
                LOG.atError()
                        .setCause(done.cause())
                        .addKeyValue("event", "datagram_timer_failed")
                        .log("what was to happen later did not");
            }
        });
    }

    void closeSockets() {
        sockets.forEach(UringDatagramPort::shut);
    }

    /** The event loop is over and its ring closed: closes the sockets whose last answers nobody heard. On any thread. */
    private void ended() {
        sockets.forEach(UringDatagramPort::loopEnded);
        sockets = List.of();
    }

    /** Frees everything, with no socket left; then runs the action. */
    void close(Runnable then) {
        buffers.lender().close(() -> {
            marker.unregister();
            loop.terminationFuture().removeListener(ended);
            free();
            then.run();
        });
    }

    private void free() {
        headers.close();
        messages.close();
        BufferGroups.giveBack(buffers.lender().group());
    }
}
