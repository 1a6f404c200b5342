// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds IP packets for tests: IPv4 or IPv6 with options, extension headers and fragments; TCP, UDP, ICMP, ICMPv6 or
 * raw data inside; right lengths and checksums unless told otherwise.
 *
 * <p>It shares no code with the packet module, so that a mistake there cannot hide here. Builders are mutable; each call
 * of {@link #build} gives new bytes.
 *
 * <pre>{@code
 * byte[] syn = PacketBuilder.ipv4().from("10.20.0.5").to("203.0.113.10").tcp(40000, 443).flags("S").build();
 * byte[] datagram = PacketBuilder.geneve().vni(100).payload(syn).build();
 * }</pre>
 */
public final class PacketBuilder {
    /** IPv6 hop-by-hop options header. */
    public static final int HOP_BY_HOP = 0;

    /** IPv6 routing header. */
    public static final int ROUTING = 43;

    /** IPv6 fragment header. */
    public static final int FRAGMENT = 44;

    /** IPsec authentication header. */
    public static final int AUTHENTICATION_HEADER = 51;

    /** IPv6 destination options header. */
    public static final int DESTINATION_OPTIONS = 60;

    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int UNSET = -1;
    private static final String FLAG_LETTERS = "FSRPAUEC";
    private static final byte[] NONE = new byte[0];

    private final int version;
    private String from;
    private String to;
    private int ttl = 64;
    private int trafficClass;
    private int flowLabel;
    private long identification;
    private boolean dontFragment;
    private boolean moreFragments;
    private int fragmentOffsetBytes;
    private byte[] ipOptions = NONE;
    private final List<Extension> extensions = new ArrayList<>();
    private int protocol = 59;
    private int sourcePort;
    private int destinationPort;
    private long sequenceNumber;
    private long acknowledgmentNumber;
    private int flags = 0x10;
    private int window = 0xFFFF;
    private byte[] tcpOptions = NONE;
    private int dataOffsetWords = UNSET;
    private int icmpType;
    private int icmpCode;
    private long icmpParameter;
    private byte[] payload = NONE;
    private int declaredLengthBytes = UNSET;
    private int headerLengthWords = UNSET;
    private int checksum = UNSET;
    private byte[] trailing = NONE;

    /** One IPv6 extension header; the body is what follows next header and length. */
    private static final class Extension {
        private final int type;
        private final byte[] body;

        private Extension(int type, byte[] body) {
            this.type = type;
            this.body = body;
        }
    }

    private PacketBuilder(int version, String from, String to) {
        this.version = version;
        this.from = from;
        this.to = to;
    }

    /** An IPv4 packet from 10.0.0.1 to 198.51.100.1. */
    public static PacketBuilder ipv4() {
        return new PacketBuilder(4, "10.0.0.1", "198.51.100.1");
    }

    /** An IPv6 packet from 2001:db8::1 to 2001:db8:ffff::1. */
    public static PacketBuilder ipv6() {
        return new PacketBuilder(6, "2001:db8::1", "2001:db8:ffff::1");
    }

    /** A GENEVE datagram. */
    public static GeneveBuilder geneve() {
        return new GeneveBuilder();
    }

    /** Source address as a literal. */
    public PacketBuilder from(String address) {
        from = address;
        return this;
    }

    /** Destination address as a literal. */
    public PacketBuilder to(String address) {
        to = address;
        return this;
    }

    /** Time to live or hop limit. */
    public PacketBuilder ttl(int ttl) {
        this.ttl = ttl;
        return this;
    }

    /** Type of service or traffic class, DSCP and ECN together. */
    public PacketBuilder trafficClass(int trafficClass) {
        this.trafficClass = trafficClass;
        return this;
    }

    /** IPv6 flow label. */
    public PacketBuilder flowLabel(int flowLabel) {
        this.flowLabel = flowLabel;
        return this;
    }

    /** Identification, 16 bits in IPv4; in IPv6 that of the fragment header. */
    public PacketBuilder identification(long identification) {
        this.identification = identification;
        return this;
    }

    /** Sets DF. */
    public PacketBuilder dontFragment() {
        dontFragment = true;
        return this;
    }

    /**
     * Marks an IPv4 packet as a fragment without splitting anything; for IPv6 use {@link #fragmentHeader}.
     *
     * @param offsetBytes a multiple of 8
     */
    public PacketBuilder fragment(int offsetBytes, boolean moreFragments) {
        this.fragmentOffsetBytes = offsetBytes;
        this.moreFragments = moreFragments;
        return this;
    }

    /** IPv4 options, padded with zeros to whole words. */
    public PacketBuilder ipOptions(byte... options) {
        ipOptions = padded(options, 4, 0);
        return this;
    }

    /**
     * Adds an IPv6 extension header with a length byte: hop-by-hop, routing, destination options.
     *
     * @param body what follows next header and length, padded with zeros to a whole multiple of 8 bytes
     */
    public PacketBuilder extension(int type, byte... body) {
        extensions.add(new Extension(type, body.clone()));
        return this;
    }

    /** Adds an IPv6 fragment header without splitting anything. */
    public PacketBuilder fragmentHeader(int offsetBytes, boolean moreFragments, long identification) {
        byte[] body = new ByteWriter()
                .u16(offsetBytes | (moreFragments ? 1 : 0))
                .u32(identification)
                .toBytes();
        extensions.add(new Extension(FRAGMENT, body));
        return this;
    }

    /** Raw data of any protocol; the payload is all that follows the IP header. */
    public PacketBuilder protocol(int protocol) {
        this.protocol = protocol;
        return this;
    }

    /** A TCP segment, by default an ACK. */
    public PacketBuilder tcp(int sourcePort, int destinationPort) {
        return ports(TCP, sourcePort, destinationPort);
    }

    /** A UDP datagram. */
    public PacketBuilder udp(int sourcePort, int destinationPort) {
        return ports(UDP, sourcePort, destinationPort);
    }

    /** An ICMP message, or ICMPv6 in an IPv6 packet. */
    public PacketBuilder icmp(int type, int code) {
        protocol = version == 4 ? ICMP : ICMPV6;
        icmpType = type;
        icmpCode = code;
        return this;
    }

    /** The four type-dependent bytes of an ICMP message. */
    public PacketBuilder icmpParameter(long parameter) {
        icmpParameter = parameter;
        return this;
    }

    /** An ICMP or ICMPv6 echo request. */
    public PacketBuilder echo(int identifier, int sequence) {
        return icmp(version == 4 ? 8 : 128, 0).icmpParameter((long) identifier << 16 | sequence);
    }

    /** TCP sequence number. */
    public PacketBuilder sequenceNumber(long sequenceNumber) {
        this.sequenceNumber = sequenceNumber;
        return this;
    }

    /** TCP acknowledgment number. */
    public PacketBuilder acknowledgmentNumber(long acknowledgmentNumber) {
        this.acknowledgmentNumber = acknowledgmentNumber;
        return this;
    }

    /** TCP flags by their letters, {@code FSRPAUEC}, for example {@code "SA"}. */
    public PacketBuilder flags(String letters) {
        flags = 0;
        for (int at = 0; at < letters.length(); at++) {
            int bit = FLAG_LETTERS.indexOf(letters.charAt(at));
            if (bit < 0) {
                throw new IllegalArgumentException("TCP flags are letters of " + FLAG_LETTERS + ", not " + letters);
            }
            flags |= 1 << bit;
        }
        return this;
    }

    /** TCP window. */
    public PacketBuilder window(int window) {
        this.window = window;
        return this;
    }

    /** TCP options, padded with zeros to whole words. */
    public PacketBuilder tcpOptions(byte... options) {
        tcpOptions = padded(options, 4, 0);
        return this;
    }

    /** Claims a TCP data offset other than the true one. */
    public PacketBuilder dataOffsetWords(int words) {
        dataOffsetWords = words;
        return this;
    }

    /** Data after the transport header. */
    public PacketBuilder payload(byte... payload) {
        this.payload = payload.clone();
        return this;
    }

    /** A payload of so many bytes, counting up from 0 and starting again after 255. */
    public PacketBuilder payloadBytes(int count) {
        payload = new byte[count];
        for (int at = 0; at < count; at++) {
            payload[at] = (byte) at;
        }
        return this;
    }

    /** Claims an IPv4 total length, or IPv6 payload length, other than the true one. */
    public PacketBuilder declaredLengthBytes(int declaredLengthBytes) {
        this.declaredLengthBytes = declaredLengthBytes;
        return this;
    }

    /** Claims an IPv4 header length other than the true one. */
    public PacketBuilder headerLengthWords(int words) {
        headerLengthWords = words;
        return this;
    }

    /** Claims a transport checksum other than the true one. */
    public PacketBuilder checksum(int checksum) {
        this.checksum = checksum;
        return this;
    }

    /** Bytes after the end of the packet, as link-layer padding leaves them. */
    public PacketBuilder trailing(byte... trailing) {
        this.trailing = trailing.clone();
        return this;
    }

    /** The packet. */
    public byte[] build() {
        return version == 4 ? ipv4(transport()) : ipv6(transport());
    }

    /**
     * The packet split into fragments, in order; one packet if it fits. Every IPv6 extension header so far is repeated
     * in each fragment, before the fragment header.
     *
     * @param dataBytesMax data per fragment, a multiple of 8
     */
    public List<byte[]> buildFragments(int dataBytesMax) {
        byte[] transport = transport();
        if (transport.length <= dataBytesMax) {
            return List.of(build());
        }
        if (dataBytesMax < 8 || dataBytesMax % 8 != 0) {
            throw new IllegalArgumentException("fragments hold multiples of 8 bytes, not " + dataBytesMax);
        }
        List<byte[]> fragments = new ArrayList<>();
        for (int at = 0; at < transport.length; at += dataBytesMax) {
            int end = Math.min(transport.length, at + dataBytesMax);
            byte[] part = Arrays.copyOfRange(transport, at, end);
            boolean more = end < transport.length;
            if (version == 4) {
                fragment(at, more);
                fragments.add(ipv4(part));
            } else {
                fragmentHeader(at, more, identification);
                fragments.add(ipv6(part));
                extensions.removeLast();
            }
        }
        fragment(0, false);
        return fragments;
    }

    private PacketBuilder ports(int transportProtocol, int source, int destination) {
        protocol = transportProtocol;
        sourcePort = source;
        destinationPort = destination;
        return this;
    }

    private byte[] transport() {
        byte[] segment = switch (protocol) {
            case TCP -> tcpSegment();
            case UDP ->
                new ByteWriter()
                        .u16(sourcePort)
                        .u16(destinationPort)
                        .u16(8 + payload.length)
                        .u16(0)
                        .raw(payload)
                        .toBytes();
            case ICMP, ICMPV6 ->
                new ByteWriter()
                        .u8(icmpType)
                        .u8(icmpCode)
                        .u16(0)
                        .u32(icmpParameter)
                        .raw(payload)
                        .toBytes();
            default -> payload.clone();
        };
        int checksumAt = switch (protocol) {
            case TCP -> 16;
            case UDP -> 6;
            case ICMP, ICMPV6 -> 2;
            default -> UNSET;
        };
        if (checksumAt >= 0) {
            int computed = protocol == ICMP
                    ? ByteWriter.checksum(segment)
                    : ByteWriter.checksum(pseudoHeader(segment.length), segment);
            if (protocol == UDP && computed == 0) {
                computed = 0xFFFF;
            }
            ByteWriter.put16(segment, checksumAt, checksum == UNSET ? computed : checksum);
        }
        return segment;
    }

    private byte[] tcpSegment() {
        int words = dataOffsetWords == UNSET ? 5 + tcpOptions.length / 4 : dataOffsetWords;
        return new ByteWriter()
                .u16(sourcePort)
                .u16(destinationPort)
                .u32(sequenceNumber)
                .u32(acknowledgmentNumber)
                .u8(words << 4)
                .u8(flags)
                .u16(window)
                .u16(0)
                .u16(0)
                .raw(tcpOptions)
                .raw(payload)
                .toBytes();
    }

    private byte[] pseudoHeader(int lengthBytes) {
        ByteWriter header = new ByteWriter().raw(address(from)).raw(address(to));
        return version == 4
                ? header.u8(0).u8(protocol).u16(lengthBytes).toBytes()
                : header.u32(lengthBytes).u32(protocol).toBytes();
    }

    private byte[] ipv4(byte[] data) {
        int headerBytes = 20 + ipOptions.length;
        int words = headerLengthWords == UNSET ? headerBytes / 4 : headerLengthWords;
        int total = declaredLengthBytes == UNSET ? headerBytes + data.length : declaredLengthBytes;
        int fragmentation =
                (dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0) | (fragmentOffsetBytes / 8 & 0x1FFF);
        byte[] header = new ByteWriter()
                .u8(0x40 | words)
                .u8(trafficClass)
                .u16(total)
                .u16((int) identification)
                .u16(fragmentation)
                .u8(ttl)
                .u8(protocol)
                .u16(0)
                .raw(address(from))
                .raw(address(to))
                .raw(ipOptions)
                .toBytes();
        ByteWriter.put16(header, 10, ByteWriter.checksum(header));
        return new ByteWriter().raw(header).raw(data).raw(trailing).toBytes();
    }

    private byte[] ipv6(byte[] data) {
        ByteWriter chain = new ByteWriter();
        for (int index = 0; index < extensions.size(); index++) {
            Extension extension = extensions.get(index);
            int next = index + 1 < extensions.size() ? extensions.get(index + 1).type : protocol;
            chain.raw(extensionBytes(extension, next));
        }
        int length = declaredLengthBytes == UNSET ? chain.size() + data.length : declaredLengthBytes;
        int next = extensions.isEmpty() ? protocol : extensions.getFirst().type;
        return new ByteWriter()
                .u32(6L << 28 | (long) trafficClass << 20 | flowLabel)
                .u16(length)
                .u8(next)
                .u8(ttl)
                .raw(address(from))
                .raw(address(to))
                .raw(chain.toBytes())
                .raw(data)
                .raw(trailing)
                .toBytes();
    }

    private static byte[] extensionBytes(Extension extension, int next) {
        if (extension.type == FRAGMENT) {
            return new ByteWriter().u8(next).u8(0).raw(extension.body).toBytes();
        }
        boolean authentication = extension.type == AUTHENTICATION_HEADER;
        byte[] body = padded(extension.body, authentication ? 4 : 8, 2);
        int wholeBytes = body.length + 2;
        int length = authentication ? wholeBytes / 4 - 2 : wholeBytes / 8 - 1;
        return new ByteWriter().u8(next).u8(length).raw(body).toBytes();
    }

    /** Zeros behind {@code bytes} until they and {@code before} more are a multiple of {@code unit}. */
    private static byte[] padded(byte[] bytes, int unit, int before) {
        int whole = (bytes.length + before + unit - 1) / unit * unit;
        return Arrays.copyOf(bytes, Math.max(whole, unit) - before);
    }

    private byte[] address(String literal) {
        byte[] address = InetAddress.ofLiteral(literal).getAddress();
        if (address.length != (version == 4 ? 4 : 16)) {
            throw new IllegalArgumentException(literal + " is no IPv" + version + " address");
        }
        return address;
    }
}
