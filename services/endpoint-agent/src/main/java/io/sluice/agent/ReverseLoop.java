// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.QueueChoice;
import io.sluice.agent.core.TcpCoalescer;
import io.sluice.agent.core.TunnelHeader;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * From the gateway to the device, and the keep-alives. Datagrams of any node are taken, also of one that is no longer in
 * use: what is under way there still arrives. Datagrams of a batch are received one behind the other, many at
 * once where the kernel can, and TCP segments that follow one another are written as one.
 *
 * <p><b>Threading</b>: one thread of its own. Nothing is allocated per packet; the clock is read once per batch.
 */
final class ReverseLoop implements Runnable {

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
    private final SocketAddressMemory sender = new SocketAddressMemory();
    private final MessageMemory message = new MessageMemory();
    private final IoVectors area = new IoVectors(1);
    private final GatewaySocket socket;
    private final StopSignal stop;
    private final Libc.PollSet datagrams;
    private final TunnelHeader header;
    private final GatewayWatch watch;
    private final AgentCounters counters;
    private final DeviceWriter writer;
    private final @Nullable TcpCoalescer coalescer;

    ReverseLoop(
            TunDevice device,
            GatewaySocket socket,
            int wakeFd,
            TunnelHeader header,
            int gateways,
            AgentCounters counters,
            GatewayWatch.Observer observer) {
        this.socket = socket;
        this.stop = new StopSignal(wakeFd);
        this.datagrams = new Libc.PollSet(socket.fd(), wakeFd);
        this.header = header;
        this.counters = counters;
        SecureRandom random = new SecureRandom();
        this.watch = new GatewayWatch(libc, socket, gateways, header, counters, random, observer);
        QueueChoice queues = new QueueChoice(device.queues(), random.nextLong());
        this.writer = new DeviceWriter(libc, device, counters, queues, buffer);
        this.coalescer = device.hasVirtioHeaders() ? new TcpCoalescer(buffer, writer.virtio(), writer) : null;
    }

    boolean isGatewayAnswering() {
        return watch.isGatewayAnswering();
    }

    /** Index of the node in use. */
    int currentGateway() {
        return watch.current();
    }

    @Override
    public void run() {
        while (!stop.isRaised(libc)) {
            long nowNs = System.nanoTime();
            if (watch.waitNs(nowNs) <= 0) {
                watch.tick(nowNs);
            }
            if (receiveBatch(nowNs) == -Errno.EAGAIN) {
                // Rounded up: a wait of 0 ms before the time has come would spin.
                long waitMs = (watch.waitNs(nowNs) + NS_PER_MS - 1) / NS_PER_MS;
                if ((datagrams.await(libc, (int) waitMs) & Libc.POLLERR) != 0) {
                    countErrors();
                }
            }
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
        int node = socket.indexOf(sender);
        int at = 0;
        do { // once for an empty datagram too
            counters.add(AgentCount.DATAGRAMS_RECEIVED, 1);
            if (node >= 0) {
                acceptDatagram(node, offset + at, Math.min(sizeBytes, lengthBytes - at), nowNs);
            } else {
                counters.drop(AgentDropReason.SENDER_UNKNOWN);
            }
            at += sizeBytes;
        } while (at < lengthBytes);
    }

    private void acceptDatagram(int node, int datagramOffset, int lengthBytes, long nowNs) {
        int offset = header.accept(buffer, datagramOffset, lengthBytes);
        if (offset >= 0) {
            deliver(offset);
        } else if (offset == TunnelHeader.KEEP_ALIVE) {
            watch.echoed(node, TunnelHeader.keepAliveNonce(buffer, datagramOffset), nowNs);
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
