// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;

/**
 * Cuts a super-packet that the device handed over into the packets it stands for, as a network card would: each with
 * headers of its own, lengths, identification, sequence number, flags and complete checksums. Payload is not copied:
 * packet {@code index} is {@link #writeHeaders its headers} and a {@link #payloadOffset slice} of the super-packet.
 *
 * <p>TCP: FIN and PSH are on the last packet only, CWR on the first only (RFC 3168 §6.1.2). IPv4 identifications count
 * up. UDP: each packet is a datagram of its own.
 *
 * <p><b>Threading</b>: confined to one thread. <b>Ownership</b>: a super-packet's
 * headers and payload must stay as they are until the last packet's headers are written, except that packet 0's may be
 * written in place. <b>Errors</b>: no method throws for what a packet or its virtio header contains. Buffers are
 * big-endian and used by absolute index.
 */
public final class PacketSegmenter {

    /** The longest headers of a super-packet: IPv6 with some extension headers, and the longest of TCP. */
    public static final int HEADERS_BYTES_MAX = 184;

    /** Room for nothing: what {@link #open} is given where a packet has no virtio header. */
    public static final int NO_VIRTIO_HEADER = -1;

    private final ByteBuffer buffer;
    private final BufferChecksum checksum;
    private int packetOffset;
    private int transport;
    private int headersBytes;
    private int payloadBytes;
    private int segmentBytes;
    private int count;
    private boolean ipv4;
    private boolean tcp;
    private int identification;
    private int sequence;
    private int flags;

    /** Cuts packets that lie in this buffer, whose position is 0. */
    public PacketSegmenter(ByteBuffer buffer) {
        this.buffer = buffer;
        this.checksum = new BufferChecksum(buffer);
    }

    /**
     * Takes a packet from the device; completes its checksum where it is to pass whole.
     *
     * @param virtioOffset where its virtio header is, or {@link #NO_VIRTIO_HEADER}
     * @param offset where the packet begins
     * @param lengthBytes its length
     * @return how many packets it stands for, or below 0 a drop reason as {@link TunnelHeader#dropReason} reads it
     */
    public int open(int virtioOffset, int offset, int lengthBytes) {
        packetOffset = offset;
        count = 1;
        headersBytes = 0;
        payloadBytes = lengthBytes;
        segmentBytes = lengthBytes;
        if (virtioOffset == NO_VIRTIO_HEADER) {
            return 1;
        }
        int kind = VirtioHeader.kind(buffer, virtioOffset);
        if (kind != VirtioHeader.KIND_NONE) {
            return openSuperPacket(virtioOffset, kind, lengthBytes);
        }
        if (VirtioHeader.needsChecksum(buffer, virtioOffset)) {
            return completeChecksum(virtioOffset, lengthBytes);
        }
        return 1;
    }

    private int completeChecksum(int virtioOffset, int lengthBytes) {
        int start = VirtioHeader.checksumStart(buffer, virtioOffset);
        int field = VirtioHeader.checksumField(buffer, virtioOffset);
        if (start + field + Short.BYTES > lengthBytes) {
            return TunnelHeader.drop(AgentDropReason.DEVICE_OFFLOAD_MALFORMED);
        }
        int sum = InternetChecksum.fold(checksum.sum(packetOffset + start, lengthBytes - start));
        putChecksum(buffer, packetOffset + start + field, sum, field == InnerHeaders.UDP_CHECKSUM);
        return 1;
    }

    /** Zero on the wire means that a datagram has no checksum (RFC 768): the other zero is written instead. */
    private static void putChecksum(ByteBuffer to, int offset, int sum, boolean udp) {
        int checksum = ~sum & 0xFFFF;
        to.putShort(offset, (short) (udp && checksum == 0 ? 0xFFFF : checksum));
    }

    private int openSuperPacket(int virtioOffset, int kind, int lengthBytes) {
        int segment = VirtioHeader.segmentBytes(buffer, virtioOffset);
        int start = VirtioHeader.checksumStart(buffer, virtioOffset);
        if (!hasHeaders(kind, start, lengthBytes) || segment == 0) {
            return TunnelHeader.drop(AgentDropReason.DEVICE_OFFLOAD_MALFORMED);
        }
        transport = start;
        tcp = kind != VirtioHeader.KIND_UDP;
        int headers =
                start + (tcp ? InnerHeaders.tcpHeaderBytes(buffer, packetOffset + start) : InnerHeaders.UDP_BYTES);
        int headersMin = start + (tcp ? InnerHeaders.TCP_MIN_BYTES : InnerHeaders.UDP_BYTES);
        if (headers < headersMin || headers >= lengthBytes || headers > HEADERS_BYTES_MAX) {
            return TunnelHeader.drop(AgentDropReason.DEVICE_OFFLOAD_MALFORMED);
        }
        headersBytes = headers;
        payloadBytes = lengthBytes - headers;
        segmentBytes = segment;
        count = (payloadBytes + segment - 1) / segment;
        if (ipv4) {
            identification = buffer.getShort(packetOffset + InnerHeaders.IPV4_IDENTIFICATION);
        }
        if (tcp) {
            sequence = buffer.getInt(packetOffset + start + InnerHeaders.TCP_SEQUENCE);
            flags = buffer.get(packetOffset + start + InnerHeaders.TCP_FLAGS) & 0xFF;
        }
        return count;
    }

    /** Whether the packet is of the kind that its virtio header says and its transport header begins where that says. */
    private boolean hasHeaders(int kind, int start, int lengthBytes) {
        int transportMin = kind == VirtioHeader.KIND_UDP ? InnerHeaders.UDP_BYTES : InnerHeaders.TCP_MIN_BYTES;
        if (lengthBytes < InnerHeaders.IPV4_MIN_BYTES || start + transportMin > lengthBytes) {
            return false;
        }
        int version = InnerHeaders.version(buffer, packetOffset);
        ipv4 = version == 4;
        boolean fits = ipv4
                ? start >= InnerHeaders.IPV4_MIN_BYTES && start == InnerHeaders.ipv4HeaderBytes(buffer, packetOffset)
                : version == 6 && start >= InnerHeaders.IPV6_BYTES;
        return fits
                && switch (kind) {
                    case VirtioHeader.KIND_TCP_IPV4 -> ipv4;
                    case VirtioHeader.KIND_TCP_IPV6 -> !ipv4;
                    case VirtioHeader.KIND_UDP -> true;
                    default -> false;
                };
    }

    /** Length of the headers that every packet gets; 0 where the packet passes whole. */
    public int headersBytes() {
        return headersBytes;
    }

    /** Where a packet's payload begins in the super-packet's buffer. */
    public int payloadOffset(int index) {
        return packetOffset + headersBytes + index * segmentBytes;
    }

    /** Length of a packet's payload: only the last one's may differ. */
    public int payloadBytes(int index) {
        return Math.min(segmentBytes, payloadBytes - index * segmentBytes);
    }

    /**
     * Writes the headers of one packet of a super-packet.
     *
     * @param index of the packet, from 0
     * @param to where they are written; the super-packet's own place for index 0 only
     * @param offset where they begin in it
     */
    public void writeHeaders(int index, ByteBuffer to, int offset) {
        to.put(offset, buffer, packetOffset, headersBytes); // on itself for a packet in its place
        int payload = payloadBytes(index);
        int length = headersBytes + payload;
        if (ipv4) {
            to.putShort(offset + InnerHeaders.IPV4_TOTAL_LENGTH, (short) length);
            to.putShort(offset + InnerHeaders.IPV4_IDENTIFICATION, (short) (identification + index));
            InnerHeaders.writeIpv4Checksum(to, offset, transport);
        } else {
            to.putShort(offset + InnerHeaders.IPV6_PAYLOAD_LENGTH, (short) (length - InnerHeaders.IPV6_BYTES));
        }
        int header = offset + transport;
        int checksumOffset = header + (tcp ? InnerHeaders.TCP_CHECKSUM : InnerHeaders.UDP_CHECKSUM);
        if (tcp) {
            to.putInt(header + InnerHeaders.TCP_SEQUENCE, sequence + index * segmentBytes);
            to.put(header + InnerHeaders.TCP_FLAGS, (byte) flags(index));
        } else {
            to.putShort(header + InnerHeaders.UDP_LENGTH, (short) (length - transport));
        }
        to.putShort(checksumOffset, (short) 0);
        long sum = InnerHeaders.pseudoSum(to, offset, tcp ? InnerHeaders.TCP : InnerHeaders.UDP, length - transport)
                + InternetChecksum.sum(to, header, headersBytes - transport)
                + checksum.sum(payloadOffset(index), payload);
        putChecksum(to, checksumOffset, InternetChecksum.fold(sum), !tcp);
    }

    private int flags(int index) {
        int kept = flags;
        if (index < count - 1) {
            kept &= ~(InnerHeaders.FIN | InnerHeaders.PSH);
        }
        return index > 0 ? kept & ~InnerHeaders.CWR : kept;
    }
}
