// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.DatagramAggregate;
import io.sluice.agent.core.PacketSegmenter;
import io.sluice.agent.core.TunnelHeader;
import io.sluice.agent.core.VirtioHeader;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * From one queue of the device to the gateway. Packets of a batch are read one behind the other, each with headroom where
 * its header is written; a super-packet is cut, its packets having headers of their own beside the one copy of the payload.
 * Nothing is copied but headers, and what is of one size leaves together.
 *
 * <p><b>Threading</b>: one thread of its own; the loops of a device share the socket to the gateway and nothing else.
 * Nothing is allocated per packet.
 */
final class ForwardLoop implements Runnable {

    /** A device never hands over more at once: what an IP header can say. */
    private static final int PACKET_BYTES_MAX = 65_535;

    /** Room for some super-packets, or for two messages of packets of 1,500 bytes. */
    private static final int BUFFER_BYTES = 1 << 18;

    /** Packets between two looks at the descriptor that says stop. */
    private static final int BATCH_PACKETS = 256;

    /** Before a packet: its virtio header, in whose place the tunnel's header is written. */
    private static final int HEADROOM_BYTES = 16;

    /** Tunnel header and headers of one packet of a super-packet. */
    private static final int SLOT_BYTES = TunnelHeader.LENGTH_BYTES + PacketSegmenter.HEADERS_BYTES_MAX;

    /** One more than datagrams can wait: the slot that is written next is then no longer in use. */
    private static final int SLOTS = DatagramAggregate.DATAGRAMS_MAX + 1;

    private final Libc libc = new Libc();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final long address = NativeMemory.address(buffer);
    private final ByteBuffer slots = ByteBuffer.allocateDirect(SLOTS * SLOT_BYTES);
    private final long slotsAddress = NativeMemory.address(slots);
    private final PacketSegmenter segmenter = new PacketSegmenter(buffer);
    private final int fd;
    private final int virtioBytes;
    private final StopSignal stop;
    private final Libc.PollSet packets;
    private final TunnelHeader header;
    private final AgentCounters counters;
    private final OutgoingMessage message;
    private final Consumer<String> failed;
    private int nextSlot;

    ForwardLoop(
            TunDevice device,
            int queue,
            GatewaySocket socket,
            int wakeFd,
            TunnelHeader header,
            AgentCounters counters,
            Consumer<String> gaveUp,
            Consumer<String> failed) {
        this.fd = device.fd(queue);
        this.virtioBytes = device.hasVirtioHeaders() ? VirtioHeader.LENGTH_BYTES : 0;
        this.stop = new StopSignal(wakeFd);
        this.packets = new Libc.PollSet(fd, wakeFd);
        this.header = header;
        this.counters = counters;
        this.message = new OutgoingMessage(libc, socket, counters, gaveUp);
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
        int offset = HEADROOM_BYTES;
        long result = 0;
        for (int i = 0; i < BATCH_PACKETS; i++) {
            if (offset + PACKET_BYTES_MAX > BUFFER_BYTES) {
                message.flush();
                offset = HEADROOM_BYTES;
            }
            result = libc.read(fd, address + offset - virtioBytes, (long) virtioBytes + PACKET_BYTES_MAX);
            if (result < virtioBytes) {
                break;
            }
            int lengthBytes = (int) result - virtioBytes;
            forward(offset, lengthBytes);
            offset = aligned(offset + lengthBytes) + HEADROOM_BYTES;
        }
        message.flush();
        return Math.min(result, 0);
    }

    private static int aligned(int offset) {
        return (offset + 7) & ~7;
    }

    private void forward(int offset, int lengthBytes) {
        int virtio = virtioBytes == 0 ? PacketSegmenter.NO_VIRTIO_HEADER : offset - virtioBytes;
        int count = segmenter.open(virtio, offset, lengthBytes);
        if (count < 0) {
            counters.add(AgentCount.PACKETS_FROM_DEVICE, 1);
            counters.drop(TunnelHeader.dropReason(count));
            return;
        }
        counters.add(AgentCount.PACKETS_FROM_DEVICE, count);
        int datagram = header.encapsulate(buffer, offset, lengthBytes);
        if (datagram < 0) {
            counters.drop(TunnelHeader.dropReason(datagram), count);
            return;
        }
        if (segmenter.headersBytes() == 0) {
            message.add(address + datagram, TunnelHeader.LENGTH_BYTES + lengthBytes);
            return;
        }
        // The first packet is in one part with its payload; its headers are changed where they are.
        segmenter.writeHeaders(0, buffer, offset);
        int firstBytes = segmenter.headersBytes() + segmenter.payloadBytes(0);
        message.add(address + datagram, TunnelHeader.LENGTH_BYTES + firstBytes);
        for (int i = 1; i < count; i++) {
            forwardSegment(i, datagram);
        }
    }

    private void forwardSegment(int index, int tunnelHeader) {
        int slot = nextSlot * SLOT_BYTES;
        nextSlot = nextSlot + 1 == SLOTS ? 0 : nextSlot + 1;
        slots.putLong(slot, buffer.getLong(tunnelHeader));
        segmenter.writeHeaders(index, slots, slot + TunnelHeader.LENGTH_BYTES);
        message.add(
                slotsAddress + slot,
                TunnelHeader.LENGTH_BYTES + segmenter.headersBytes(),
                address + segmenter.payloadOffset(index),
                segmenter.payloadBytes(index));
    }
}
