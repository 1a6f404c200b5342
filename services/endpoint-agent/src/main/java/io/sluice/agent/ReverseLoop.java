// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.KeepAlive;
import io.sluice.agent.core.TunnelHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * From the gateway to the device, and the keep-alives.
 *
 * <p><b>Threading</b>: one thread of its own. Nothing is allocated per packet; the clock is read once per batch.
 */
final class ReverseLoop implements Runnable {

    /** Told what the keep-alives say about the gateway; called on a change only. */
    interface GatewayObserver {
        void changed(KeepAlive.Transition transition, long quietNs);
    }

    /** No UDP datagram is longer. */
    private static final int DATAGRAM_BYTES_MAX = 65_535;

    /** Datagrams between two looks at the clock. */
    private static final int BATCH_DATAGRAMS = 256;

    private static final long NS_PER_MS = 1_000_000;

    private final Libc libc = new Libc();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final long address = NativeMemory.address(buffer);
    private final ByteBuffer keepAliveBuffer = ByteBuffer.allocateDirect(TunnelHeader.LENGTH_BYTES);
    private final long keepAliveAddress = NativeMemory.address(keepAliveBuffer);
    private final SocketAddressMemory sender = new SocketAddressMemory();
    private final ByteBuffer senderLength =
            ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    private final long senderLengthAddress = NativeMemory.address(senderLength);
    private final TunDevice device;
    private final GatewaySocket socket;
    private final StopSignal stop;
    private final Libc.PollSet datagrams;
    private final TunnelHeader header;
    private final KeepAlive keepAlive;
    private final AgentCounters counters;
    private final GatewayObserver observer;
    private volatile boolean gatewayAnswering;

    ReverseLoop(
            TunDevice device,
            GatewaySocket socket,
            int wakeFd,
            TunnelHeader header,
            KeepAlive keepAlive,
            AgentCounters counters,
            GatewayObserver observer) {
        this.device = device;
        this.socket = socket;
        this.stop = new StopSignal(wakeFd);
        this.datagrams = new Libc.PollSet(socket.fd(), wakeFd);
        this.header = header;
        this.keepAlive = keepAlive;
        this.counters = counters;
        this.observer = observer;
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
        counters.add(AgentCount.ICMP_ERRORS, socket.drainErrors(libc, address, DATAGRAM_BYTES_MAX));
    }

    /** 0 after a full batch or a report of the network, else what the socket said when it had no datagram. */
    private long receiveBatch(long nowNs) {
        for (int i = 0; i < BATCH_DATAGRAMS; i++) {
            senderLength.putInt(0, SocketAddressMemory.SIZE_BYTES);
            long received = libc.receiveFrom(
                    socket.fd(), address, DATAGRAM_BYTES_MAX, Libc.MSG_DONTWAIT, sender.address(), senderLengthAddress);
            if (received == -Errno.EAGAIN) {
                return received;
            }
            if (received < 0) {
                countErrors();
                return 0;
            }
            accept((int) received, nowNs);
        }
        return 0;
    }

    private void accept(int lengthBytes, long nowNs) {
        counters.add(AgentCount.DATAGRAMS_RECEIVED, 1);
        if (!sender.sameAs(socket.gateway())) {
            counters.drop(AgentDropReason.SENDER_UNKNOWN);
            return;
        }
        int offset = header.accept(buffer, 0, lengthBytes);
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
        if (libc.write(device.fd(), address + innerOffset, innerLengthBytes) == innerLengthBytes) {
            counters.add(AgentCount.PACKETS_TO_DEVICE, 1);
            counters.add(AgentCount.BYTES_TO_DEVICE, innerLengthBytes);
        } else {
            counters.drop(AgentDropReason.DEVICE_REFUSED);
        }
    }
}
