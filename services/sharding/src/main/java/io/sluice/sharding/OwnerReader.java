// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.QuotedPacket;
import io.sluice.packet.ethernet.EthernetFlyweight;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.ip.IpProtocol;
import java.nio.ByteBuffer;

/**
 * Reads from a GENEVE datagram which shard owns it, trusting nothing in it.
 *
 * <p><b>Owner</b>: of the addresses that an ICMP error quotes, where the quote can be read (F-24, {@link QuotedPacket}),
 * else of the packet's own. Nothing else goes into it: no endpoint, port, protocol or setting. So all packets that can
 * belong to one flow have one owner: both directions, what targets return, fragments with and without ports, errors about
 * it, under a key of any stickiness, and through changes of it (F-7).
 *
 * <p><b>Read</b> are as many bytes as that takes: the length of the options but not the options, up to two VLAN tags, the
 * addresses; the rest of the inner packet only where it may be ICMP. The owner checks everything anew.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: borrows the buffer during the call. <b>Errors</b>: none
 * thrown for any content; {@link #NOBODY}. <b>Allocation</b>: none.
 */
public final class OwnerReader {

    /** What cannot be read: control packets, other versions, other payloads, datagrams that end before the addresses. */
    public static final int NOBODY = -1;

    private static final int CONTROL_BIT = 0x80_0000;
    private static final int IPV4_HEADER_BYTES_MIN = 20;
    private static final int IPV6_HEADER_BYTES = 40;

    private final OwnerHash hash;
    private final InnerPacket inner = new InnerPacket();
    private final QuotedPacket quoted = new QuotedPacket();

    /**
     * @param hash whose shards they are
     */
    public OwnerReader(OwnerHash hash) {
        this.hash = hash;
    }

    /**
     * The shard that owns a datagram, or {@link #NOBODY}.
     *
     * @param buffer big-endian buffer
     * @param offset absolute index of the GENEVE header
     * @param lengthBytes bytes of UDP payload; they lie within the buffer's limit
     */
    public int ownerOf(ByteBuffer buffer, int offset, int lengthBytes) {
        if (lengthBytes < GeneveFlyweight.HEADER_BYTES) {
            return NOBODY;
        }
        int base = buffer.getInt(offset);
        int headerBytes = GeneveFlyweight.HEADER_BYTES + ((base >>> 24 & 0x3F) << 2);
        if (base >>> 30 != GeneveFlyweight.VERSION || (base & CONTROL_BIT) != 0 || headerBytes > lengthBytes) {
            return NOBODY;
        }
        int at = offset + headerBytes;
        int presentBytes = lengthBytes - headerBytes;
        int protocolType = base & 0xFFFF;
        if (protocolType == GeneveFlyweight.PROTOCOL_ETHERNET) {
            int frameHeaderBytes = EthernetFlyweight.headerBytes(buffer, at, presentBytes);
            if (frameHeaderBytes == 0) {
                return NOBODY;
            }
            at += frameHeaderBytes;
            presentBytes -= frameHeaderBytes;
            protocolType = buffer.getShort(at - 2) & 0xFFFF;
        }
        return switch (protocolType) {
            case GeneveFlyweight.PROTOCOL_IPV4 -> ofIpv4(buffer, at, presentBytes);
            case GeneveFlyweight.PROTOCOL_IPV6 -> ofIpv6(buffer, at, presentBytes);
            default -> NOBODY;
        };
    }

    /** The shard that owns a pair of IPv4 addresses. */
    public int ownerOfIpv4(int one, int other) {
        return hash.ofIpv4(one, other);
    }

    private int ofIpv4(ByteBuffer buffer, int at, int presentBytes) {
        if (presentBytes < IPV4_HEADER_BYTES_MIN || (buffer.get(at) & 0xF0) != 0x40) {
            return NOBODY;
        }
        if ((buffer.get(at + 9) & 0xFF) == IpProtocol.ICMP
                && quotes(buffer, at, presentBytes, GeneveFlyweight.PROTOCOL_IPV4)) {
            return hash.ofIpv4((int) quoted.sourceLow(), (int) quoted.destinationLow());
        }
        return hash.ofIpv4(buffer.getInt(at + 12), buffer.getInt(at + 16));
    }

    private int ofIpv6(ByteBuffer buffer, int at, int presentBytes) {
        if (presentBytes < IPV6_HEADER_BYTES || (buffer.get(at) & 0xF0) != 0x60) {
            return NOBODY;
        }
        if (mayLeadToIcmp(buffer.get(at + 6) & 0xFF)
                && quotes(buffer, at, presentBytes, GeneveFlyweight.PROTOCOL_IPV6)) {
            return hash.ofIpv6(
                    quoted.sourceHigh(), quoted.sourceLow(), quoted.destinationHigh(), quoted.destinationLow());
        }
        return hash.ofIpv6(
                buffer.getLong(at + 8), buffer.getLong(at + 16), buffer.getLong(at + 24), buffer.getLong(at + 32));
    }

    /** ICMPv6 itself, or an extension header before it (F-26). */
    private static boolean mayLeadToIcmp(int nextHeader) {
        return nextHeader == IpProtocol.ICMPV6
                || nextHeader == IpProtocol.HOP_BY_HOP
                || nextHeader == IpProtocol.ROUTING
                || nextHeader == IpProtocol.FRAGMENT
                || nextHeader == IpProtocol.DESTINATION_OPTIONS;
    }

    private boolean quotes(ByteBuffer buffer, int at, int presentBytes, int protocolType) {
        return inner.parse(buffer, at, presentBytes, protocolType) == DecodeStatus.OK && quoted.parse(buffer, inner);
    }
}
