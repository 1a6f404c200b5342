// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a receive batch.
 *
 * <p>io_uring does not say which completion is the last for now. So the first datagram of a batch submits an operation
 * that does nothing: Netty hands submissions to the kernel when it has seen every completion there is, and what this one
 * completes with comes before anything received after that.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class BatchMarker implements IoUringIoHandle {

    private static final IoUringIoOps NOP =
            new IoUringIoOps(KernelAbi.OP_NOP, (byte) 0, (short) 0, -1, 0, 0, 0, 0, 0, (short) 0, (short) 0, 0, 0);

    private final Executor loop;
    private final Runnable batchEnd;
    private @Nullable IoRegistration registration;
    private boolean submitted;

    /**
     * @param loop the event loop
     * @param batchEnd what to do when a batch is over
     */
    BatchMarker(Executor loop, Runnable batchEnd) {
        this.loop = loop;
        this.batchEnd = batchEnd;
    }

    void register(IoRegistration with) {
        registration = with;
    }

    /** A datagram was received, or waits although it was: it begins a batch or belongs to the one that has begun. */
    void received() {
        IoRegistration with = registration;
        if (!submitted && with != null) {
            submitted = true;
            try {
                with.submit(NOP);
            } catch (RuntimeException noRoom) {
                loop.execute(this::over); // where the ring takes nothing more, this turn is the batch
            }
        }
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        over();
    }

    private void over() {
        submitted = false;
        batchEnd.run();
    }

    void unregister() {
        IoRegistration with = registration;
        if (with != null) {
            with.cancel();
        }
    }

    @Override
    public void close() {}
}
