// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.util.concurrent.TimeUnit;

/**
 * The receiving half of one socket.
 *
 * <p>One multishot {@code RECVMSG} stays armed and completes once for each datagram. It ends with an error, with an empty
 * datagram (which {@link Ipv4Socket} filters out), and when the kernel has no buffer left; then it is armed again.
 * {@code CQE_F_SOCK_NONEMPTY} is not looked at: UDP never sets it.
 *
 * <pre>
 *            slots lent             no slot to lend
 *   armed ◄───────────── (again) ─────────────────► waiting for a datagram (POLL)
 *     │                     ▲                          │  slots lent now: armed
 *     └── ended ────────────┤                          │  still none:
 *                           └──────────────────────── draining: DRAINS receives without room, each one dropped
 * </pre>
 *
 * <p>Nothing is armed, and nothing dropped, while what was received waits for room to be sent on
 * ({@link ReceiveBuffers#waiting()}): what arrives is for the socket's buffer to hold.
 *
 * <p>So what arrives while every slot is taken is dropped and counted as on every transport, at the rate at which it
 * arrives. What arrives after slots came back is received, but for up to {@value #DRAINS} datagrams: receives that drop may
 * be on their way by then, and each of them takes what it finds. Slots are lent with the end of each batch, and no
 * one has to tell this class that they are back.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Errors</b>: after {@value #ERRORS_AT_ONCE} errors without a datagram
 * between them, it waits {@value #ERROR_PAUSE_MS} ms before each further try. Buffers that the kernel does not take count as
 * errors. Where the ring takes no submission, it waits as long.
 */
final class PortReceiver {

    private static final int DRAINS = 16;
    private static final int ERRORS_AT_ONCE = 8;
    private static final int ERROR_PAUSE_MS = 100;

    /** User data of the receives that drop; the others have 0. */
    private static final long DRAIN = 1;

    private final UringDatagramPort port;
    private final PortCounters counters;
    private final DatagramReceiver receiver;
    private final UringLoop loop;
    private final PacketSlab slab;
    private final int headroomBytes;
    private final ReceiveBuffers buffers;
    private final IoRegistration registration;
    private final IoUringIoOps multishot;
    private final IoUringIoOps poll;
    private final IoUringIoOps drain;

    /** What cancels the operation that is armed, or 0. */
    private long armed;

    private int draining;
    private int errorsInARow;

    /** {@link BufferLender#losses()} when it was last armed. */
    private int lossesBefore;

    /** Something was received in the batch that is not over yet. */
    private boolean inBatch;

    private boolean closing;
    private boolean pausing;

    PortReceiver(
            UringDatagramPort port, DatagramReceiver receiver, UringLoop loop, IoRegistration registration, int fd) {
        this.port = port;
        this.counters = port.counters();
        this.receiver = receiver;
        this.loop = loop;
        this.registration = registration;
        slab = loop.slab();
        headroomBytes = Math.clamp(receiver.headroomBytes(), 0, slab.headroomBytes());
        buffers = loop.buffers();
        multishot = new IoUringIoOps(
                KernelAbi.OP_RECVMSG,
                KernelAbi.SQE_BUFFER_SELECT,
                KernelAbi.RECEIVE_MULTISHOT,
                fd,
                0,
                loop.headers().multishotAddress(),
                1,
                0,
                0,
                buffers.lender().group(),
                (short) 0,
                0,
                0);
        poll = new IoUringIoOps(
                KernelAbi.OP_POLL_ADD,
                (byte) 0,
                (short) 0,
                fd,
                0,
                0,
                0,
                KernelAbi.POLL_IN,
                0,
                (short) 0,
                (short) 0,
                0,
                0);
        drain = new IoUringIoOps(
                KernelAbi.OP_RECVMSG,
                (byte) 0,
                (short) 0,
                fd,
                0,
                loop.headers().drainAddress(),
                1,
                KernelAbi.MSG_DONTWAIT,
                DRAIN,
                (short) 0,
                (short) 0,
                0,
                0);
    }

    /** Receives, or waits for something to drop where there is no slot; in the next turn where this one is over. */
    void arm() {
        if (!closing && armed == 0 && draining == 0 && !pausing && !loop.turnOver()) {
            lossesBefore = buffers.lender().losses();
            try {
                armed = registration.submit(buffers.replenish() ? multishot : poll);
            } catch (RuntimeException noRoom) {
                notSubmitted(noRoom);
            }
        }
    }

    /** The ring takes nothing more: later. */
    private void notSubmitted(RuntimeException noRoom) {
        counters.submitFailed(port.localPort(), noRoom);
        pause();
    }

    /** A {@code RECVMSG} of this socket has completed. */
    void received(IoUringIoEvent event) {
        if (event.userData() == DRAIN) {
            drained(event.res());
        } else {
            multishot(event.res(), event.flags());
        }
    }

    private void multishot(int result, int flags) {
        if ((flags & KernelAbi.CQE_MORE) == 0) {
            armed = 0;
        }
        if ((flags & KernelAbi.CQE_BUFFER) != 0) {
            int buffer = flags >>> KernelAbi.CQE_BUFFER_SHIFT;
            if (result < 0 || closing) {
                buffers.unwanted(buffer);
            } else {
                buffers.filled(buffer, this);
            }
        }
        if (result < 0) {
            ended(-result);
            return;
        }
        errorsInARow = 0;
        if (armed == 0) {
            goOn();
        }
    }

    /** What may be written in front of a datagram. */
    int headroomBytes() {
        return headroomBytes;
    }

    /** Hands a datagram to the receiver, which owns the slot from now on, but where it throws before it did anything with it. */
    void deliver(int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        if (closing) {
            slab.release(slot);
            return;
        }
        counters.received.add(1);
        inBatch = true;
        loop.received();
        slab.hand(slot);
        try {
            receiver.onDatagram(port, slot, offset, lengthBytes, sourceAddress, sourcePort);
        } catch (RuntimeException | AssertionError bug) {
            slab.takeBack();
            counters.receiverFailed(port.localPort(), bug);
        }
    }

    /** What was received waits to be handed on. */
    void waits() {
        loop.waits();
    }

    /** A datagram was longer than a slot. */
    void tooLong() {
        counters.receiveOversize.add(1);
    }

    /** A datagram found no slot. */
    void noSlot() {
        counters.receiveNoSlot.add(1);
    }

    /** A batch of the loop's is over, which may have brought nothing to this socket. */
    void batchEnd() {
        if (!inBatch) {
            return;
        }
        inBatch = false;
        try {
            receiver.onBatchEnd();
        } catch (RuntimeException | AssertionError bug) {
            counters.receiverFailed(port.localPort(), bug);
        }
    }

    /** A {@code POLL_ADD} of this socket has completed: there is a datagram. */
    void readable(int result) {
        armed = 0;
        if (closing || result < 0) {
            ended(-result);
        } else if (loop.turnOver() || buffers.replenish()) {
            arm();
        } else {
            drain();
        }
    }

    private void drain() {
        try {
            for (int i = 0; i < DRAINS; i++) {
                registration.submit(drain);
                draining++;
            }
        } catch (RuntimeException noRoom) {
            notSubmitted(noRoom);
        }
    }

    private void drained(int result) {
        draining--;
        if (result >= 0) {
            noSlot();
            errorsInARow = 0;
        } else if (result != -KernelAbi.EAGAIN) {
            failed(-result);
        }
        goOn();
    }

    private void ended(int errorNumber) {
        if (errorNumber == KernelAbi.ENOBUFS) {
            exhausted();
        } else if (errorNumber != KernelAbi.ECANCELED && !closing) {
            failed(errorNumber);
        }
        goOn();
    }

    /** Ordinary where the buffers are full, but not where the kernel never had them: lending them anew may not help. */
    private void exhausted() {
        buffers.lender().exhausted();
        if (buffers.lender().losses() != lossesBefore) {
            errorsInARow++;
        }
    }

    private void failed(int errorNumber) {
        errorsInARow++;
        counters.receiveFailed(port.localPort(), Errors.newIOException("recvmsg", -errorNumber));
    }

    private void goOn() {
        if (closing) {
            port.closeWhenQuiet();
        } else if (errorsInARow < ERRORS_AT_ONCE) {
            arm();
        } else {
            pause();
        }
    }

    private void pause() {
        if (!pausing) {
            pausing = true;
            loop.after(ERROR_PAUSE_MS, TimeUnit.MILLISECONDS, this::paused);
        }
    }

    private void paused() {
        pausing = false;
        arm();
    }

    /** Cancels what is armed; what the kernel had received by then is lost. */
    void close() {
        closing = true;
        cancel();
    }

    private void cancel() {
        if (armed == 0) {
            return;
        }
        try {
            registration.submit(new IoUringIoOps(
                    KernelAbi.OP_ASYNC_CANCEL, (byte) 0, (short) 0, -1, 0, armed, 0, 0, 0, (short) 0, (short) 0, 0, 0));
        } catch (RuntimeException noRoom) {
            counters.submitFailed(port.localPort(), noRoom);
            loop.after(1, TimeUnit.MILLISECONDS, this::cancel);
        }
    }

    /** A cancellation has been answered: it can miss an operation that is just being executed. */
    void canceled() {
        if (armed != 0) {
            loop.after(1, TimeUnit.MILLISECONDS, this::cancel);
        } else {
            port.closeWhenQuiet();
        }
    }

    /** Whether the kernel has nothing of this half any more. */
    boolean quiet() {
        return armed == 0 && draining == 0;
    }
}
