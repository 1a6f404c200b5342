// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.TunnelHeader;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * From the device to the gateway. A packet is read behind {@value TunnelHeader#LENGTH_BYTES} bytes of headroom, where
 * its header is written: it is not copied.
 *
 * <p><b>Threading</b>: one thread of its own. Nothing is allocated per packet.
 */
final class ForwardLoop implements Runnable {

    /** A device never hands over more: the largest MTU it can be given. */
    private static final int PACKET_BYTES_MAX = 65_535;

    /** Packets between two looks at the descriptor that says stop. */
    private static final int BATCH_PACKETS = 256;

    private final Libc libc = new Libc();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(TunnelHeader.LENGTH_BYTES + PACKET_BYTES_MAX);
    private final long address = NativeMemory.address(buffer);
    private final TunDevice device;
    private final GatewaySocket socket;
    private final StopSignal stop;
    private final Libc.PollSet packets;
    private final TunnelHeader header;
    private final AgentCounters counters;
    private final Consumer<String> failed;

    ForwardLoop(
            TunDevice device,
            GatewaySocket socket,
            int wakeFd,
            TunnelHeader header,
            AgentCounters counters,
            Consumer<String> failed) {
        this.device = device;
        this.socket = socket;
        this.stop = new StopSignal(wakeFd);
        this.packets = new Libc.PollSet(device.fd(), wakeFd);
        this.header = header;
        this.counters = counters;
        this.failed = failed;
    }

    @Override
    public void run() {
        while (!stop.isRaised(libc)) {
            long result = forwardBatch();
            if (result == -Errno.EAGAIN) {
                int seen = packets.await(libc, -1);
                if ((seen & (Libc.POLLERR | Libc.POLLHUP | Libc.POLLNVAL)) != 0) {
                    failed.accept("the device is gone: somebody removed it");
                    return;
                }
            } else if (result < 0 && result != -Errno.EINTR) {
                failed.accept("reading from the device failed (" + Errno.text(-result) + ")");
                return;
            }
        }
    }

    /** 0 after a full batch, else what the device said when it had no packet. */
    private long forwardBatch() {
        for (int i = 0; i < BATCH_PACKETS; i++) {
            long read = libc.read(device.fd(), address + TunnelHeader.LENGTH_BYTES, PACKET_BYTES_MAX);
            if (read < 0) {
                return read;
            }
            forward((int) read);
        }
        return 0;
    }

    private void forward(int innerLengthBytes) {
        counters.add(AgentCount.PACKETS_FROM_DEVICE, 1);
        int offset = header.encapsulate(buffer, TunnelHeader.LENGTH_BYTES, innerLengthBytes);
        if (offset < 0) {
            counters.drop(TunnelHeader.dropReason(offset));
        } else if (socket.send(libc, address + offset, innerLengthBytes + TunnelHeader.LENGTH_BYTES)) {
            counters.add(AgentCount.PACKETS_TO_GATEWAY, 1);
            counters.add(AgentCount.BYTES_TO_GATEWAY, innerLengthBytes);
        } else {
            counters.drop(AgentDropReason.SEND_REFUSED);
        }
    }
}
