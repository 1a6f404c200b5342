// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A GENEVE datagram on an appliance's cable, read field by field from the captured Ethernet frame.
 *
 * <p><b>Layout</b>: Ethernet 14 bytes (type 0x0800), IPv4 20 or more, UDP 8, GENEVE 8 + options, then the inner IPv4 or
 * IPv6 packet. Option: class 16 bits, type 8, reserved 3, length 5 (in 4-byte words), data.
 *
 * <p><b>Source</b>: RFC 791, RFC 768, RFC 8926 sections 3.4 and 3.5, RFC 8200, sheet section 1.2.
 *
 * @param geneveHeader base header and options in hex, for byte comparison (W-18)
 * @param endpoint option 1, or 0 when {@code optionsComplete} is false and it is absent
 * @param optionsComplete whether each of the three options is present exactly once with its exact length (W-14)
 * @param inner the flow, seen from the sender of this packet
 */
record CapturedPacket(
        HostAddress outerSource,
        HostAddress outerDestination,
        int udpSourcePort,
        int udpDestinationPort,
        int version,
        int optionLengthWords,
        boolean controlPacket,
        boolean criticalOptionsPresent,
        int protocolType,
        int vni,
        String geneveHeader,
        long endpoint,
        int cookie,
        boolean optionsComplete,
        FlowName inner) {

    static final int GENEVE_PORT = 6081;

    private static final int ETHERNET_BYTES = 14;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int IPV4_BYTES_MIN = 20;
    private static final int IPV6_BYTES = 40;
    private static final int UDP_BYTES = 8;
    private static final int GENEVE_BYTES = 8;
    private static final int OPTION_CLASS_AMAZON = 0x0108;
    private static final int FRAGMENT_OFFSET_MASK = 0x1fff;

    /** Why a frame is no packet for the judge: it is none of ours, or it is one of ours and broken. */
    static final class NotGeneve extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean malformed;

        private NotGeneve(boolean malformed, String message) {
            super(message, null, false, false);
            this.malformed = malformed;
        }

        boolean malformed() {
            return malformed;
        }
    }

    /**
     * Parses a frame of which at least all headers were captured.
     *
     * @param frame captured bytes, from 0 to its limit
     * @throws NotGeneve for anything but UDP with port 6081 on either side, and for such a datagram that is malformed
     */
    static CapturedPacket parse(ByteBuffer frame) throws NotGeneve {
        if (frame.limit() < ETHERNET_BYTES + IPV4_BYTES_MIN || u16(frame, 12) != ETHERTYPE_IPV4) {
            throw new NotGeneve(false, "not IPv4");
        }
        int ip = ETHERNET_BYTES;
        int ipHeader = (u8(frame, ip) & 0x0f) * 4;
        if (u8(frame, ip + 9) != FlowName.UDP || frame.limit() < ip + ipHeader + UDP_BYTES) {
            throw new NotGeneve(false, "not UDP");
        }
        int udp = ip + ipHeader;
        int sourcePort = u16(frame, udp);
        int destinationPort = u16(frame, udp + 2);
        if (sourcePort != GENEVE_PORT && destinationPort != GENEVE_PORT) {
            throw new NotGeneve(false, "not port 6081");
        }
        int totalLength = u16(frame, ip + 2);
        int udpLength = u16(frame, udp + 4);
        if (totalLength != ipHeader + udpLength) {
            throw new NotGeneve(true, "IPv4 total length " + totalLength + " and UDP length " + udpLength);
        }
        int geneve = udp + UDP_BYTES;
        int end = Math.min(frame.limit(), udp + udpLength);
        need(end >= geneve + GENEVE_BYTES, "GENEVE header is cut short");
        int optionWords = u8(frame, geneve) & 0x3f;
        int inner = geneve + GENEVE_BYTES + optionWords * 4;
        need(end >= inner, "options of " + optionWords + " words overrun the datagram");

        long endpoint = 0;
        int cookie = 0;
        int endpoints = 0;
        int attachments = 0;
        int cookies = 0;
        for (int at = geneve + GENEVE_BYTES; at < inner; ) {
            need(at + 4 <= inner, "option header is cut short");
            int optionClass = u16(frame, at);
            int type = u8(frame, at + 2);
            int dataBytes = (u8(frame, at + 3) & 0x1f) * 4;
            int data = at + 4;
            need(data + dataBytes <= inner, "option overruns the header");
            if (optionClass == OPTION_CLASS_AMAZON) {
                if (type == 1 && dataBytes == 8) {
                    endpoint = frame.getLong(data);
                    endpoints++;
                } else if (type == 2 && dataBytes == 8) {
                    attachments++;
                } else if (type == 3 && dataBytes == 4) {
                    cookie = frame.getInt(data);
                    cookies++;
                }
            }
            at = data + dataBytes;
        }
        byte[] header = new byte[inner - geneve];
        frame.get(geneve, header);
        int protocolType = u16(frame, geneve + 2);
        return new CapturedPacket(
                HostAddress.readIpv4(frame, ip + 12),
                HostAddress.readIpv4(frame, ip + 16),
                sourcePort,
                destinationPort,
                u8(frame, geneve) >>> 6,
                optionWords,
                (u8(frame, geneve + 1) & 0x80) != 0,
                (u8(frame, geneve + 1) & 0x40) != 0,
                protocolType,
                frame.getInt(geneve + 4) >>> 8,
                HexFormat.of().formatHex(header),
                endpoint,
                cookie,
                endpoints == 1 && attachments == 1 && cookies == 1,
                inner(frame, inner, end, udp + udpLength - inner, protocolType));
    }

    private static FlowName inner(ByteBuffer frame, int at, int end, int onWireBytes, int protocolType)
            throws NotGeneve {
        need(end > at, "no inner packet");
        int version = u8(frame, at) >>> 4;
        if (version == 4 && protocolType == ETHERTYPE_IPV4) {
            need(end >= at + IPV4_BYTES_MIN, "inner IPv4 header is cut short");
            need(u16(frame, at + 2) == onWireBytes, "inner total length differs from the bytes present");
            int header = (u8(frame, at) & 0x0f) * 4;
            boolean laterFragment = (u16(frame, at + 6) & FRAGMENT_OFFSET_MASK) != 0;
            return ports(
                    frame,
                    u8(frame, at + 9),
                    HostAddress.readIpv4(frame, at + 12),
                    HostAddress.readIpv4(frame, at + 16),
                    at + header,
                    end,
                    laterFragment);
        }
        if (version == 6 && protocolType == ETHERTYPE_IPV6) {
            need(end >= at + IPV6_BYTES, "inner IPv6 header is cut short");
            need(u16(frame, at + 4) + IPV6_BYTES == onWireBytes, "inner payload length differs from the bytes present");
            return ports(
                    frame,
                    u8(frame, at + 6),
                    HostAddress.readIpv6(frame, at + 8),
                    HostAddress.readIpv6(frame, at + 24),
                    at + IPV6_BYTES,
                    end,
                    false);
        }
        throw new NotGeneve(
                true, "inner version " + version + " with protocol type 0x" + Integer.toHexString(protocolType));
    }

    private static FlowName ports(
            ByteBuffer frame,
            int protocol,
            HostAddress source,
            HostAddress destination,
            int transport,
            int end,
            boolean laterFragment)
            throws NotGeneve {
        if (laterFragment || (protocol != FlowName.TCP && protocol != FlowName.UDP)) {
            return new FlowName(protocol, source, 0, destination, 0);
        }
        need(end >= transport + 4, "inner ports are cut short");
        return new FlowName(protocol, source, u16(frame, transport), destination, u16(frame, transport + 2));
    }

    private static void need(boolean holds, String otherwise) throws NotGeneve {
        if (!holds) {
            throw new NotGeneve(true, otherwise);
        }
    }

    private static int u8(ByteBuffer frame, int at) {
        return frame.get(at) & 0xff;
    }

    private static int u16(ByteBuffer frame, int at) {
        return frame.getShort(at) & 0xffff;
    }
}
