// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What one socket of the io_uring handle counts; {@link DatagramPort} says what each means.
 *
 * <p><b>Threading</b>: written by the loop, read by anyone.
 */
final class PortCounters {

    private static final Logger LOG = LoggerFactory.getLogger(UringDatagramPort.class);

    final LoopCounter received = new LoopCounter();
    final LoopCounter receiveNoSlot = new LoopCounter();
    final LoopCounter receiveOversize = new LoopCounter();
    final LoopCounter receiverFailures = new LoopCounter();
    final LoopCounter receiveErrors = new LoopCounter();
    final LoopCounter sent = new LoopCounter();
    final LoopCounter sentBytes = new LoopCounter();
    final LoopCounter sendFailures = new LoopCounter();
    final LoopCounter inFlight = new LoopCounter();
    final LoopCounter offloadFallbacks = new LoopCounter();

    /** Submissions that did not even get into the ring. */
    final LoopCounter submitFailures = new LoopCounter();

    /** Messages the kernel took: one for each aggregate. */
    final LoopCounter sentMessages = new LoopCounter();

    /** A bug of the receiver's costs the call it was in. */
    void receiverFailed(int port, Throwable bug) {
        receiverFailures.add(1);
        log(Level.ERROR, "datagram_receiver_failed", port, receiverFailures, bug);
    }

    /** What the kernel reports to a reader instead of a datagram does not close the socket. */
    void receiveFailed(int port, Throwable cause) {
        receiveErrors.add(1);
        log(Level.WARN, "datagram_receive_error", port, receiveErrors, cause);
    }

    /** The ring took no submission: what was to be sent is refused, what was to be received is tried again later. */
    void submitFailed(int port, Throwable cause) {
        submitFailures.add(1);
        log(Level.WARN, "datagram_submission_failed", port, submitFailures, cause);
    }

    /** The first, second, fourth, eighth … of its kind: a storm of them is a handful of lines. */
    private static void log(Level level, String event, int port, LoopCounter count, Throwable cause) {
        if (Long.bitCount(count.get()) == 1) {
            LOG.atLevel(level)
                    .setCause(cause)
                    .addKeyValue("event", event)
                    .addKeyValue("port", port)
                    .addKeyValue("count", count.get())
                    .log("the socket goes on");
        }
    }
}
