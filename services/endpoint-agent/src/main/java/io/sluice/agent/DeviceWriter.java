// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.QueueChoice;
import io.sluice.agent.core.TcpCoalescer;
import io.sluice.agent.core.VirtioHeader;
import java.nio.ByteBuffer;

/**
 * Writes packets to the device, each in one call, and counts what became of them. By the queue that a packet is written
 * to the kernel learns which one to hand its answers out by.
 *
 * <p><b>Threading</b>: confined to the thread that receives from the gateway, so the order within a flow stays.
 */
final class DeviceWriter implements TcpCoalescer.Sink {

    private final Libc libc;
    private final TunDevice device;
    private final AgentCounters counters;
    private final QueueChoice queues;
    private final ByteBuffer buffer;
    private final long bufferAddress;
    private final ByteBuffer virtio = ByteBuffer.allocateDirect(VirtioHeader.LENGTH_BYTES);
    private final long virtioAddress = NativeMemory.address(virtio);
    private final IoVectors parts = new IoVectors(1 + TcpCoalescer.SEGMENTS_MAX);

    /** Writes packets of this buffer. */
    DeviceWriter(Libc libc, TunDevice device, AgentCounters counters, QueueChoice queues, ByteBuffer buffer) {
        this.libc = libc;
        this.device = device;
        this.counters = counters;
        this.queues = queues;
        this.buffer = buffer;
        this.bufferAddress = NativeMemory.address(buffer);
    }

    /** Where a packet's virtio header is, when {@link #write(TcpCoalescer.Pieces, int, int)} is called. */
    ByteBuffer virtio() {
        return virtio;
    }

    @Override
    public void write(TcpCoalescer.Pieces pieces, int packets, int innerBytes) {
        parts.clear();
        parts.add(virtioAddress, VirtioHeader.LENGTH_BYTES);
        for (int i = 0; i < pieces.count(); i++) {
            parts.add(bufferAddress + pieces.offset(i), pieces.lengthBytes(i));
        }
        int fd = fdOf(pieces.offset(0), pieces.lengthBytes(0));
        written(libc.writev(fd, parts.address(0), parts.count()), packets, innerBytes);
    }

    /** Writes one packet to a device without virtio headers. */
    void write(int offset, int lengthBytes) {
        int fd = fdOf(offset, lengthBytes);
        written(libc.write(fd, bufferAddress + offset, lengthBytes), 1, lengthBytes);
    }

    private int fdOf(int offset, int lengthBytes) {
        return device.fd(queues.choose(buffer, offset, lengthBytes));
    }

    private void written(long result, int packets, int innerBytes) {
        if (result > 0) {
            counters.add(AgentCount.WRITES_TO_DEVICE, 1);
            counters.add(AgentCount.PACKETS_TO_DEVICE, packets);
            counters.add(AgentCount.BYTES_TO_DEVICE, innerBytes);
        } else {
            counters.drop(AgentDropReason.DEVICE_REFUSED, packets);
        }
    }
}
