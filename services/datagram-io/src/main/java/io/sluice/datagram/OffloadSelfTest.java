// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether this kernel sends aggregates as it should: sends one to itself over loopback and looks at what comes
 * out.
 *
 * <p>Some kernels ignore the segment size that comes with an io_uring submission, and some refuse it. What is expected:
 * one message with two datagrams of one size and a shorter one arrives as these three, and a single one behind them.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Limits</b>: waits {@value #WAIT_MS} ms for the last datagram.
 */
final class OffloadSelfTest implements DatagramReceiver {

    private static final int[] LENGTHS_BYTES = {48, 48, 31, 1};
    private static final int MESSAGES = 2;
    private static final int LOOPBACK = 0x7F00_0001;
    private static final int WAIT_MS = 2_000;

    private final PacketSlab slab;
    private final Consumer<@Nullable String> verdict;
    private @Nullable UringDatagramPort port;
    private @Nullable Future<?> timeout;
    private int arrived;
    private boolean wrong;
    private boolean over;

    private OffloadSelfTest(PacketSlab slab, Consumer<@Nullable String> verdict) {
        this.slab = slab;
        this.verdict = verdict;
    }

    /**
     * Starts the test.
     *
     * @param loop where it happens
     * @param verdict gets null where aggregates work and else the reason why not, now or later, once
     */
    static void start(UringLoop loop, Consumer<@Nullable String> verdict) {
        OffloadSelfTest test = new OffloadSelfTest(loop.slab(), verdict);
        try {
            test.begin(loop);
        } catch (IOException | RuntimeException failed) {
            test.end("no test over loopback: " + TransportProbe.reason(failed));
        }
    }

    private void begin(UringLoop loop) throws IOException {
        UringDatagramPort own = new UringDatagramPort(loop, DestinationCache.socketAddress(LOOPBACK, 0), false, this);
        port = own;
        if (slab.dataBytesMax() < LENGTHS_BYTES[0]) {
            end("slots of " + slab.dataBytesMax() + " bytes are too small for the test");
            return;
        }
        own.offloads(true);
        for (int i = 0; i < LENGTHS_BYTES.length; i++) {
            if (!send(own, i)) {
                end("no slots for the test");
                return;
            }
        }
        own.flush();
        timeout = loop.timer(
                WAIT_MS, TimeUnit.MILLISECONDS, () -> end("no answer over loopback within " + WAIT_MS + " ms"));
    }

    private boolean send(UringDatagramPort own, int number) {
        int slot = slab.acquire();
        if (slot == PacketSlab.NONE) {
            return false;
        }
        int offset = slab.dataStart(slot);
        ByteBuffer memory = slab.memory();
        for (int i = 0; i < LENGTHS_BYTES[number]; i++) {
            memory.put(offset + i, content(number, i));
        }
        own.send(slot, offset, LENGTHS_BYTES[number], LOOPBACK, own.localPort());
        return true;
    }

    private static byte content(int number, int position) {
        return (byte) (number * 64 + position);
    }

    @Override
    public void onDatagram(DatagramPort to, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        if (sourcePort == to.localPort() && sourceAddress == LOOPBACK) {
            wrong |= !isExpected(offset, lengthBytes);
            arrived++;
        }
        slab.release(slot);
    }

    private boolean isExpected(int offset, int lengthBytes) {
        if (arrived >= LENGTHS_BYTES.length || lengthBytes != LENGTHS_BYTES[arrived]) {
            return false;
        }
        for (int i = 0; i < lengthBytes; i++) {
            if (slab.memory().get(offset + i) != content(arrived, i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void onBatchEnd() {
        if (port == null || port.inFlight() > 0) {
            return;
        }
        if (wrong) {
            end("an aggregate did not arrive as the datagrams it was made of");
        } else if (arrived == LENGTHS_BYTES.length) {
            boolean aggregated = port.counters().sentMessages.get() == MESSAGES;
            end(aggregated ? null : "the kernel refused an aggregate");
        }
    }

    private void end(@Nullable String obstacle) {
        if (over) {
            return;
        }
        over = true;
        Future<?> waiting = timeout;
        if (waiting != null) {
            waiting.cancel(false);
        }
        try {
            if (port != null) {
                port.shut();
            }
        } finally {
            verdict.accept(obstacle); // every bind waits for it
        }
    }
}
