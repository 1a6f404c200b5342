// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.KeepAlive;
import io.sluice.agent.core.TcpCoalescer;
import io.sluice.agent.core.TunnelHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * From the gateway to the device, and the keep-alives. Datagrams of a batch are received one behind the other, many at
 * once where the kernel can, and TCP segments that follow one another are written as one.
 *
 * <p><b>Threading</b>: one thread of its own. Nothing is allocated per packet; the clock is read once per batch.
 */
final class ReverseLoop implements Runnable {

    /** Told what the keep-alives say about the gateway; called on a change only. */
    interface GatewayObserver {
        void changed(KeepAlive.Transition transition, long quietNs);
    }

    /** No UDP datagram is longer, and no aggregate of datagrams. */
    private static final int RECEIVED_BYTES_MAX = 65_536;

    /** Room for the datagrams of a batch, one behind the other. */
    private static final int BUFFER_BYTES = 1 << 18;

    /** Receptions between two looks at the clock. */
    private static final int BATCH_RECEPTIONS = 256;

    private static final long NS_PER_MS = 1_000_000;

    private final Libc libc = new Libc();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final long address = NativeMemory.address(buffer);
    private final ByteBuffer keepAliveBuffer = ByteBuffer.allocateDirect(TunnelHeader.LENGTH_BYTES);
    private final long keepAliveAddress = NativeMemory.address(keepAliveBuffer);
    private final SocketAddressMemory sender = new SocketAddressMemory();
    private final MessageMemory message = new MessageMemory();
    private final IoVectors area = new IoVectors(1);
    private final GatewaySocket socket;
    private final StopSignal stop;
    private final Libc.PollSet datagrams;
    private final TunnelHeader header;
    private final KeepAlive keepAlive;
    private final AgentCounters counters;
    private final GatewayObserver observer;
    private final DeviceWriter writer;
    private final @Nullable TcpCoalescer coalescer;
    private volatile boolean gatewayAnswering;

    ReverseLoop(
            TunDevice device,
            GatewaySocket socket,
            int wakeFd,
            TunnelHeader header,
            KeepAlive keepAlive,
            AgentCounters counters,
            GatewayObserver observer) {
        this.socket = socket;
        this.stop = new StopSignal(wakeFd);
        this.datagrams = new Libc.PollSet(socket.fd(), wakeFd);
        this.header = header;
        this.keepAlive = keepAlive;
        this.counters = counters;
        this.observer = observer;
        this.writer = new DeviceWriter(libc, device, counters, address);
        this.coalescer = device.hasVirtioHeaders() ? new TcpCoalescer(buffer, writer.virtio(), writer) : null;
        header.writeKeepAlive(keepAliveBuffer, 0);
    }

    boolean isGatewayAnswering() {
        return gatewayAnswering;
    }

    @Override
    public void run() {
        while (!stop.isRaised(libc)) {
            long nowNs = System.nanoTime();
            if (keepAlive.waitNs(nowNs) <= 0) {
                sendKeepAlive(nowNs);
            }
            if (receiveBatch(nowNs) == -Errno.EAGAIN) {
                // Rounded up: a wait of 0 ms before the time has come would spin.
                long waitMs = (keepAlive.waitNs(nowNs) + NS_PER_MS - 1) / NS_PER_MS;
                if ((datagrams.await(libc, (int) waitMs) & Libc.POLLERR) != 0) {
                    countErrors();
                }
            }
        }
    }

    private void sendKeepAlive(long nowNs) {
        tell(keepAlive.sent(nowNs), nowNs);
        if (socket.send(libc, keepAliveAddress, TunnelHeader.LENGTH_BYTES)) {
            counters.add(AgentCount.KEEP_ALIVES_SENT, 1);
        }
    }

    private void tell(KeepAlive.Transition transition, long nowNs) {
        if (transition != KeepAlive.Transition.NONE) {
            gatewayAnswering = keepAlive.isAnswering();
            observer.changed(transition, keepAlive.quietNs(nowNs));
        }
    }

    private void countErrors() {
        counters.add(AgentCount.ICMP_ERRORS, socket.drainErrors(libc, address, RECEIVED_BYTES_MAX));
    }

    /** 0 after a full batch or a report of the network, else what the socket said when it had no datagram. */
    private long receiveBatch(long nowNs) {
        int offset = 0;
        long received = 0;
        for (int i = 0; i < BATCH_RECEPTIONS && received >= 0; i++) {
            if (offset + RECEIVED_BYTES_MAX > BUFFER_BYTES) {
                flush();
                offset = 0;
            }
            area.clear();
            area.add(address + offset, RECEIVED_BYTES_MAX);
            message.toReceive(sender, area.address(0), 1);
            received = libc.receiveMessage(socket.fd(), message.address(), Libc.MSG_DONTWAIT);
            if (received >= 0) {
                accept(offset, (int) received, nowNs);
                offset = aligned(offset + (int) received);
            }
        }
        flush();
        if (received >= 0 || received == -Errno.EAGAIN) {
            return Math.min(received, 0);
        }
        countErrors();
        return 0;
    }

    private static int aligned(int offset) {
        return (offset + 7) & ~7;
    }

    private void flush() {
        if (coalescer != null) {
            coalescer.flush();
        }
    }

    /** Takes one datagram, or an aggregate of some of one size, the last of which may be smaller. */
    private void accept(int offset, int lengthBytes, long nowNs) {
        int sizeBytes = message.segmentBytes();
        if (sizeBytes == 0) {
            sizeBytes = lengthBytes;
        }
        boolean known = sender.sameAs(socket.gateway());
        int at = 0;
        do { // once for an empty datagram too
            counters.add(AgentCount.DATAGRAMS_RECEIVED, 1);
            if (known) {
                acceptDatagram(offset + at, Math.min(sizeBytes, lengthBytes - at), nowNs);
            } else {
                counters.drop(AgentDropReason.SENDER_UNKNOWN);
            }
            at += sizeBytes;
        } while (at < lengthBytes);
    }

    private void acceptDatagram(int datagramOffset, int lengthBytes, long nowNs) {
        int offset = header.accept(buffer, datagramOffset, lengthBytes);
        if (offset >= 0) {
            deliver(offset);
        } else if (offset == TunnelHeader.KEEP_ALIVE) {
            counters.add(AgentCount.KEEP_ALIVES_ANSWERED, 1);
            tell(keepAlive.answered(nowNs), nowNs);
        } else {
            counters.drop(TunnelHeader.dropReason(offset));
        }
    }

    private void deliver(int innerOffset) {
        int innerLengthBytes = TunnelHeader.innerLengthBytes(buffer, innerOffset);
        if (coalescer != null) {
            coalescer.add(innerOffset, innerLengthBytes);
        } else {
            writer.write(innerOffset, innerLengthBytes);
        }
    }
}
