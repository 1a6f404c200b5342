// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ethernet;

import io.sluice.packet.Checksums;
import io.sluice.packet.ip.IpProtocol;
import io.sluice.packet.ip.Ipv6Flyweight;
import java.nio.ByteBuffer;

/**
 * Answers ARP requests and IPv6 neighbour solicitations in place, for whatever address is asked: an endpoint that talks
 * Ethernet sends everything to this gateway.
 *
 * <p><b>ARP</b> (RFC 826; 28 bytes for IPv4 over Ethernet):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |       Hardware Type 1         |     Protocol Type 0x0800      |
 * |       6       |       4       |         Operation             |
 * |                 Sender Hardware Address (6)                   |
 * |                 Sender Protocol Address (4)                   |
 * |                 Target Hardware Address (6)                   |
 * |                 Target Protocol Address (4)                   |
 * </pre>
 *
 * <p>Not answered are requests with sender 0.0.0.0 (probes, RFC 5227 section 2.1.1) and those for the sender's own
 * address (announcements): an answer would tell the sender that its address is taken.
 *
 * <p><b>Neighbour solicitation and advertisement</b> (RFC 4861 sections 4.3 and 4.4; behind an IPv6 header with hop limit
 * 255 and no extension headers, RFC 6980):
 *
 * <pre>
 * | Type 135, 136 |    Code 0     |           Checksum            |
 * |R|S|O|                    Reserved                             |
 * |                    Target Address (16 bytes)                  |
 * | Option 1, 2   | Length 1 (8 B)|  link-layer address (6 bytes) |
 * </pre>
 *
 * <p>The advertisement is solicited and overrides, and names {@code ownMac} as the target's link-layer address. The
 * solicitation must be valid (RFC 4861 section 7.1.1). From :: it is a probe (RFC 4862 section 5.4.3) and not answered;
 * nor is one for the sender's own address or a group.
 *
 * <p><b>Size</b>: no answer is longer than the frame that asked. A solicitation without source link-layer option leaves
 * no room for the advertisement's option, unless the frame is padded by 8 bytes or more. Without room, one sent to a
 * unicast address is answered without the option (RFC 4861 section 4.4: its sender knows the address already); one sent
 * to a group is not answered, since it had to carry the option (section 4.3).
 *
 * <p>The answer goes to the frame's source address, under the same VLAN tags. A frame from a group address is not
 * answered.
 *
 * <p><b>Ownership:</b> borrows the buffer for the call. <b>Errors:</b> none thrown. <b>Allocation:</b> none.
 */
public final class NeighbourAnswer {
    private static final int SOURCE_OFFSET = 6;
    private static final int ETHERNET_ADDRESS_BYTES = 6;

    private static final int ARP_BYTES = 28;
    private static final int ARP_ETHERNET_AND_IPV4 = 0x0001_0800;
    private static final int ARP_LENGTHS_AND_REQUEST = 0x0604_0001;
    private static final int ARP_LENGTHS_AND_REPLY = 0x0604_0002;
    private static final int ARP_SENDER_HARDWARE_OFFSET = 8;
    private static final int ARP_SENDER_PROTOCOL_OFFSET = 14;
    private static final int ARP_TARGET_HARDWARE_OFFSET = 18;
    private static final int ARP_TARGET_PROTOCOL_OFFSET = 24;

    private static final int HOP_LIMIT = 255;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int SOLICITED_AND_OVERRIDE = 0x6000_0000;
    private static final int MESSAGE_BYTES = 24;
    private static final int TARGET_OFFSET = 8;
    private static final int OPTION_TARGET_LINK_LAYER = 2;
    private static final int OPTION_UNIT_BYTES = 8;

    private NeighbourAnswer() {}

    /**
     * Writes the answer over the frame.
     *
     * @param buffer big-endian buffer that holds the frame
     * @param frameOffset absolute index of the frame's destination address; the answer begins there too
     * @param frameLengthBytes length of the frame, padding included
     * @param ownMac address to answer with, 48 bits
     * @return length of the answer in bytes, at most {@code frameLengthBytes}; 0 where the frame is no such request and
     *     nothing was written
     */
    public static int answer(ByteBuffer buffer, int frameOffset, int frameLengthBytes, long ownMac) {
        int headerBytes = EthernetFlyweight.headerBytes(buffer, frameOffset, frameLengthBytes);
        if (headerBytes == 0) {
            return 0;
        }
        long asker = EthernetFlyweight.address(buffer, frameOffset + SOURCE_OFFSET);
        if (EthernetFlyweight.isGroup(asker)) {
            return 0;
        }
        int payloadOffset = frameOffset + headerBytes;
        int payloadBytes = frameLengthBytes - headerBytes;
        int answerBytes = switch (EthernetFlyweight.etherType(buffer, frameOffset, headerBytes)) {
            case EthernetFlyweight.TYPE_ARP -> answerArp(buffer, payloadOffset, payloadBytes, ownMac);
            case EthernetFlyweight.TYPE_IPV6 -> answerSolicitation(buffer, payloadOffset, payloadBytes, ownMac);
            default -> 0;
        };
        if (answerBytes == 0) {
            return 0;
        }
        EthernetFlyweight.address(buffer, frameOffset, asker);
        EthernetFlyweight.address(buffer, frameOffset + SOURCE_OFFSET, ownMac);
        return headerBytes + answerBytes;
    }

    private static int answerArp(ByteBuffer buffer, int at, int presentBytes, long ownMac) {
        if (presentBytes < ARP_BYTES
                || buffer.getInt(at) != ARP_ETHERNET_AND_IPV4
                || buffer.getInt(at + 4) != ARP_LENGTHS_AND_REQUEST) {
            return 0;
        }
        int sender = buffer.getInt(at + ARP_SENDER_PROTOCOL_OFFSET);
        int target = buffer.getInt(at + ARP_TARGET_PROTOCOL_OFFSET);
        if (sender == 0 || sender == target) {
            return 0;
        }
        long senderMac = EthernetFlyweight.address(buffer, at + ARP_SENDER_HARDWARE_OFFSET);
        buffer.putInt(at + 4, ARP_LENGTHS_AND_REPLY);
        EthernetFlyweight.address(buffer, at + ARP_SENDER_HARDWARE_OFFSET, ownMac);
        buffer.putInt(at + ARP_SENDER_PROTOCOL_OFFSET, target);
        EthernetFlyweight.address(buffer, at + ARP_TARGET_HARDWARE_OFFSET, senderMac);
        buffer.putInt(at + ARP_TARGET_PROTOCOL_OFFSET, sender);
        return ARP_BYTES;
    }

    private static int answerSolicitation(ByteBuffer buffer, int at, int presentBytes, long ownMac) {
        int messageOffset = at + Ipv6Flyweight.HEADER_BYTES;
        int roomBytes = presentBytes - Ipv6Flyweight.HEADER_BYTES;
        if (roomBytes < MESSAGE_BYTES || !isSolicitation(buffer, at, messageOffset, roomBytes)) {
            return 0;
        }
        long senderHigh = buffer.getLong(at + 8);
        long senderLow = buffer.getLong(at + 16);
        long targetHigh = buffer.getLong(messageOffset + TARGET_OFFSET);
        long targetLow = buffer.getLong(messageOffset + TARGET_OFFSET + 8);
        boolean option = roomBytes >= MESSAGE_BYTES + OPTION_UNIT_BYTES;
        boolean toGroup = buffer.get(at + 24) == (byte) 0xFF;
        if ((senderHigh | senderLow) == 0
                || isGroup(senderHigh)
                || isGroup(targetHigh)
                || (senderHigh == targetHigh && senderLow == targetLow)
                || (!option && toGroup)) {
            return 0;
        }
        int messageBytes = option ? MESSAGE_BYTES + OPTION_UNIT_BYTES : MESSAGE_BYTES;
        buffer.putShort(at + 4, (short) messageBytes);
        buffer.putLong(at + 8, targetHigh);
        buffer.putLong(at + 16, targetLow);
        buffer.putLong(at + 24, senderHigh);
        buffer.putLong(at + 32, senderLow);
        buffer.putInt(messageOffset, ADVERTISEMENT << 24);
        buffer.putInt(messageOffset + 4, SOLICITED_AND_OVERRIDE);
        if (option) {
            int optionOffset = messageOffset + MESSAGE_BYTES;
            buffer.putShort(optionOffset, (short) (OPTION_TARGET_LINK_LAYER << 8 | 1));
            EthernetFlyweight.address(buffer, optionOffset + OPTION_UNIT_BYTES - ETHERNET_ADDRESS_BYTES, ownMac);
        }
        buffer.putShort(messageOffset + 2, (short)
                Checksums.overIpv6(buffer, at, IpProtocol.ICMPV6, messageOffset, messageBytes));
        return Ipv6Flyweight.HEADER_BYTES + messageBytes;
    }

    /** The checks of RFC 4861 section 7.1.1 that do not look at addresses; {@code roomBytes} is 24 at least. */
    private static boolean isSolicitation(ByteBuffer buffer, int at, int messageOffset, int roomBytes) {
        int messageBytes = buffer.getShort(at + 4) & 0xFFFF;
        if ((buffer.get(at) & 0xF0) != 0x60
                || buffer.getShort(at + 6) != (short) (IpProtocol.ICMPV6 << 8 | HOP_LIMIT)
                || messageBytes < MESSAGE_BYTES
                || messageBytes > roomBytes
                || buffer.getShort(messageOffset) != (short) (SOLICITATION << 8)) {
            return false;
        }
        int end = messageOffset + messageBytes;
        int option = messageOffset + MESSAGE_BYTES;
        while (option < end) {
            int optionBytes = end - option < OPTION_UNIT_BYTES ? 0 : (buffer.get(option + 1) & 0xFF) << 3;
            if (optionBytes == 0 || optionBytes > end - option) {
                return false;
            }
            option += optionBytes;
        }
        return Checksums.overIpv6(buffer, at, IpProtocol.ICMPV6, messageOffset, messageBytes) == 0;
    }

    private static boolean isGroup(long high) {
        return high >>> 56 == 0xFF;
    }
}
