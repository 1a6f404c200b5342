// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoOps;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending half of one socket: gathers datagrams into messages and hands these to the kernel.
 *
 * <p><b>Aggregates.</b> Datagrams of one size to one destination leave as one message with {@code UDP_SEGMENT}. There is
 * one open message for a destination. A datagram of the same size joins it, a shorter one joins and closes it, a longer
 * one or one that does not fit any more sends it off first. What is open leaves with {@link #flush()}, the message that
 * was opened first going first. So the order of the datagrams to one destination is kept.
 *
 * <p>Open messages have their place by a hash of their destination; another destination with that place sends them off.
 *
 * <p><b>Never queued in the kernel.</b> Every message says {@code MSG_DONTWAIT}, so it is taken or refused while it is
 * submitted. A full socket buffer costs the message and is counted.
 *
 * <p><b>When an aggregate is refused</b> for another reason, its datagrams are sent again one by one: each is taken or
 * refused for itself, as if it had been sent so at once, but behind what was submitted meanwhile. Where the kernel had
 * said {@code EIO} (the device cannot compute checksums) or {@code EINVAL} and then takes the first of them, aggregating
 * was to blame, and this socket gives it up.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Limits</b>: {@link SendRoom} for datagrams of all sockets, and
 * {@value SocketSettings#SEND_BUFFER_BYTES} bytes for this one may wait for the kernel's answer.
 */
final class PortSender {

    private static final Logger LOG = LoggerFactory.getLogger(PortSender.class);

    private static final int PLACES = 256;
    private static final int PLACE_SHIFT = Integer.SIZE - 8;

    private final UringDatagramPort port;
    private final PortCounters counters;
    private final SendRoom room;
    private final PacketSlab slab;
    private final SendMessages messages;
    private final IoRegistration registration;
    private final int fd;

    /** Submission of each message through this socket, made at its first use. */
    private final @Nullable IoUringIoOps[] submissions;

    /** Open message of each place. */
    private final @Nullable SendMessage[] open = new SendMessage[PLACES];

    /** Places in the order in which their messages were opened; some may be empty again. */
    private final int[] opened = new int[PLACES];

    private final boolean[] isOpened = new boolean[PLACES];
    private int openedCount;
    private int waitingBytes;
    private boolean aggregating;

    /** First datagram of a refused aggregate, sent again; its answer tells whether aggregating is to blame. */
    private @Nullable SendMessage suspect;

    PortSender(UringDatagramPort port, UringLoop loop, IoRegistration registration, int fd) {
        this.port = port;
        this.counters = port.counters();
        room = loop.room();
        this.registration = registration;
        this.fd = fd;
        slab = loop.slab();
        messages = loop.messages();
        submissions = new IoUringIoOps[loop.messageCount()];
    }

    /** Whether datagrams are aggregated from now on. */
    void aggregate(boolean whether) {
        flush();
        aggregating = whether;
    }

    boolean aggregating() {
        return aggregating;
    }

    /** Consumes a slot: sends its bytes, or drops and counts them. Everything about them has been checked. */
    void send(int slot, int offset, int lengthBytes, int address, int toPort) {
        if (lengthBytes < 1
                || lengthBytes > SocketSettings.UDP_BYTES_MAX
                || waitingBytes + lengthBytes > SocketSettings.SEND_BUFFER_BYTES
                || !room.hasAny()) {
            refuse(slot);
            return;
        }
        waiting(1, lengthBytes);
        long destination = SendMessage.destination(address, toPort);
        int place = ((address ^ (toPort * 0x85EB_CA6B)) * 0x9E37_79B9) >>> PLACE_SHIFT;
        SendMessage message = open[place];
        if (message != null && !(message.destination() == destination && message.takes(lengthBytes))) {
            open[place] = null;
            submit(message);
            message = null;
        }
        boolean begins = message == null;
        if (message == null) {
            message = messages.take(destination);
        }
        message.append(slot, offset, lengthBytes);
        if (!aggregating || !message.takes(1)) {
            open[place] = null;
            submit(message);
        } else if (begins) {
            leaveOpen(place, message);
        }
    }

    /** Drops a datagram and counts it. */
    void refuse(int slot) {
        counters.sendFailures.add(1);
        slab.release(slot);
    }

    private void waiting(int datagrams, int bytes) {
        counters.inFlight.add(datagrams);
        room.add(datagrams, bytes);
        waitingBytes += bytes;
    }

    private void leaveOpen(int place, SendMessage message) {
        open[place] = message;
        if (!isOpened[place]) {
            isOpened[place] = true;
            opened[openedCount++] = place;
        }
    }

    /** Hands a message to the ring; where that takes nothing more, the message is refused as by the kernel. */
    private void submit(SendMessage message) {
        message.seal();
        IoUringIoOps submission = submissions[message.number()];
        if (submission == null) {
            submission = submission(message);
            submissions[message.number()] = submission;
        }
        try {
            registration.submit(submission);
        } catch (RuntimeException noRoom) {
            counters.submitFailed(port.localPort(), noRoom);
            settle(message, false);
        }
    }

    private IoUringIoOps submission(SendMessage message) {
        return new IoUringIoOps(
                KernelAbi.OP_SENDMSG,
                (byte) 0,
                (short) 0,
                fd,
                0,
                message.headerAddress(),
                1,
                KernelAbi.MSG_DONTWAIT,
                (long) message.number(),
                (short) 0,
                (short) 0,
                0,
                0);
    }

    /** Submits what is open. */
    void flush() {
        for (int i = 0; i < openedCount; i++) {
            int place = opened[i];
            isOpened[place] = false;
            SendMessage message = open[place];
            if (message != null) {
                open[place] = null;
                submit(message);
            }
        }
        openedCount = 0;
    }

    /** The kernel has taken a message, or refused it. */
    void answered(int number, int result) {
        SendMessage message = messages.numbered(number);
        if (result < 0 && message.count() > 1 && isSendingAgainUseful(-result)) {
            sendAgain(message, -result);
        } else {
            settle(message, result >= 0);
        }
        port.closeWhenQuiet();
    }

    /** Counts a message and gives back what it holds. */
    private void settle(SendMessage message, boolean taken) {
        if (message == suspect) {
            suspect = null;
            if (taken) {
                stopAggregating();
            }
        }
        int count = message.count();
        int bytes = message.totalBytes();
        if (taken) {
            counters.sent.add(count);
            counters.sentBytes.add(bytes);
            counters.sentMessages.add(1);
        } else {
            counters.sendFailures.add(count);
        }
        message.releaseSlots();
        messages.giveBack(message);
        waiting(-count, -bytes);
    }

    /** Not where the kernel has no room now: the datagrams would only be late. */
    private static boolean isSendingAgainUseful(int errorNumber) {
        return switch (errorNumber) {
            case KernelAbi.EAGAIN, KernelAbi.ENOBUFS, KernelAbi.ENOMEM, KernelAbi.ECANCELED -> false;
            default -> true;
        };
    }

    private void sendAgain(SendMessage message, int errorNumber) {
        boolean doubtful = aggregating && (errorNumber == KernelAbi.EIO || errorNumber == KernelAbi.EINVAL);
        int vector = 0;
        for (int i = 0; i < message.count(); i++) {
            SendMessage single = messages.take(message.destination());
            vector = single.appendOf(message, i, vector);
            if (doubtful && suspect == null) {
                suspect = single;
            }
            submit(single);
        }
        messages.giveBack(message);
    }

    private void stopAggregating() {
        if (!aggregating) {
            return;
        }
        aggregate(false);
        counters.offloadFallbacks.add(1);
        LOG.atWarn()
                .addKeyValue("event", "send_offload_revoked")
                .addKeyValue("port", port.localPort())
                .log("the kernel refuses aggregates on this socket: datagrams are sent one by one");
    }

    /** Counts what nobody will answer any more as refused; the slots end with their loop. */
    void unanswered() {
        int datagrams = (int) counters.inFlight.get();
        counters.sendFailures.add(datagrams);
        waiting(-datagrams, -waitingBytes);
    }

    /** Whether the kernel has nothing of this half any more. */
    boolean quiet() {
        return counters.inFlight.get() == 0;
    }
}
