// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoOps;
import java.util.Arrays;
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
    private final int[] open = new int[PLACES];

    /** Places in the order in which their messages were opened; some may be empty again. */
    private final int[] opened = new int[PLACES];

    private final boolean[] isOpened = new boolean[PLACES];
    private int openedCount;
    private int waitingBytes;
    private boolean aggregating;

    /** First datagram of a refused aggregate, sent again; its answer tells whether aggregating is to blame. */
    private int suspect = SendMessages.NONE;

    PortSender(UringDatagramPort port, UringLoop loop, IoRegistration registration, int fd) {
        this.port = port;
        this.counters = port.counters();
        room = loop.room();
        this.registration = registration;
        this.fd = fd;
        slab = loop.slab();
        messages = loop.messages();
        submissions = new IoUringIoOps[loop.messageCount()];
        Arrays.fill(open, SendMessages.NONE);
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
        int place = ((address ^ (toPort * 0x85EB_CA6B)) * 0x9E37_79B9) >>> PLACE_SHIFT;
        int message = open[place];
        if (message != SendMessages.NONE
                && !(messages.isTo(message, address, toPort) && messages.takes(message, lengthBytes))) {
            open[place] = SendMessages.NONE;
            submit(message);
            message = SendMessages.NONE;
        }
        if (message == SendMessages.NONE) {
            message = messages.take(address, toPort);
        }
        messages.append(message, slot, offset, lengthBytes);
        if (aggregating && messages.takes(message, 1)) {
            leaveOpen(place, message);
        } else {
            open[place] = SendMessages.NONE;
            submit(message);
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

    private void leaveOpen(int place, int message) {
        open[place] = message;
        if (!isOpened[place]) {
            isOpened[place] = true;
            opened[openedCount++] = place;
        }
    }

    /** Hands a message to the ring; where that takes nothing more, the message is refused as by the kernel. */
    private void submit(int message) {
        messages.seal(message);
        IoUringIoOps submission = submissions[message];
        if (submission == null) {
            submission = submission(message);
            submissions[message] = submission;
        }
        try {
            registration.submit(submission);
        } catch (RuntimeException noRoom) {
            counters.submitFailed(port.localPort(), noRoom);
            settle(message, false);
        }
    }

    private IoUringIoOps submission(int message) {
        return new IoUringIoOps(
                KernelAbi.OP_SENDMSG,
                (byte) 0,
                (short) 0,
                fd,
                0,
                messages.headerAddress(message),
                1,
                KernelAbi.MSG_DONTWAIT,
                (long) message,
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
            int message = open[place];
            if (message != SendMessages.NONE) {
                open[place] = SendMessages.NONE;
                submit(message);
            }
        }
        openedCount = 0;
    }

    /** The kernel has taken a message, or refused it. */
    void answered(int message, int result) {
        if (result < 0 && messages.count(message) > 1 && isSendingAgainUseful(-result)) {
            sendAgain(message, -result);
        } else {
            settle(message, result >= 0);
        }
        port.closeWhenQuiet();
    }

    /** Counts a message and gives back what it holds. */
    private void settle(int message, boolean taken) {
        if (message == suspect) {
            suspect = SendMessages.NONE;
            if (taken) {
                stopAggregating();
            }
        }
        int count = messages.count(message);
        int bytes = messages.totalBytes(message);
        if (taken) {
            counters.sent.add(count);
            counters.sentBytes.add(bytes);
            counters.sentMessages.add(1);
        } else {
            counters.sendFailures.add(count);
        }
        for (int i = 0; i < count; i++) {
            slab.release(messages.slot(message, i));
        }
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

    private void sendAgain(int message, int errorNumber) {
        boolean doubtful = aggregating && (errorNumber == KernelAbi.EIO || errorNumber == KernelAbi.EINVAL);
        int vector = 0;
        for (int i = 0; i < messages.count(message); i++) {
            int single = messages.take(messages.address(message), messages.port(message));
            vector = messages.appendOf(single, message, i, vector);
            if (doubtful && suspect == SendMessages.NONE) {
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
