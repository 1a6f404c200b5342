// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 8926 §3.4 as the endpoint side speaks it (architecture, section 3). */
class TunnelHeaderTest {

    /** The sheet's SYN (section 1.4): 10.20.0.5:40000 to 203.0.113.10:443, 40 bytes. */
    private static final String IPV4 =
            "450000281234" + "40003f06e3780a140005cb00710a9c4001bb010203040000000050" + "02faf0cccc0000";

    /** UDP, 2001:db8::1 to 2001:db8::2, 4 bytes of payload. */
    private static final String IPV6 = "60000000000c1140" + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002" + "9c4000350000000000000000";

    private static final String V4_HEADER = "0000080000006400";
    private static final String V6_HEADER = "000086dd00006400";

    private final TunnelHeader header = new TunnelHeader(100);

    record Outgoing(
            String name,
            String inner,
            @Nullable String datagramHeader,
            @Nullable AgentDropReason drop) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Outgoing> outgoing() {
        String toGroup = IPV6.substring(0, 48);
        String payload = IPV6.substring(80);
        return Stream.of(
                new Outgoing("IPv4", IPV4, V4_HEADER, null),
                new Outgoing("IPv6", IPV6, V6_HEADER, null),
                new Outgoing("one byte short of IPv4", IPV4.substring(0, 38), null, AgentDropReason.DEVICE_NOT_IP),
                new Outgoing("one byte short of IPv6", IPV6.substring(0, 78), null, AgentDropReason.DEVICE_NOT_IP),
                new Outgoing("version 5", "5" + IPV4.substring(1), null, AgentDropReason.DEVICE_NOT_IP),
                new Outgoing("nothing", "", null, AgentDropReason.DEVICE_NOT_IP),
                new Outgoing(
                        "IPv4 group of this link",
                        IPV4.substring(0, 32) + "e0000016" + IPV4.substring(40),
                        null,
                        AgentDropReason.DEVICE_LINK_LOCAL),
                new Outgoing(
                        "IPv4 group beyond this link",
                        IPV4.substring(0, 32) + "e0000116" + IPV4.substring(40),
                        V4_HEADER,
                        null),
                new Outgoing(
                        "IPv6 all routers of this link",
                        toGroup + "ff020000000000000000000000000002" + payload,
                        null,
                        AgentDropReason.DEVICE_LINK_LOCAL),
                new Outgoing(
                        "IPv6 group of the site",
                        toGroup + "ff050000000000000000000000000002" + payload,
                        V6_HEADER,
                        null),
                new Outgoing(
                        "IPv6 from a link-local address",
                        IPV6.substring(0, 16) + "febf0000000000000000000000000001" + IPV6.substring(48),
                        null,
                        AgentDropReason.DEVICE_LINK_LOCAL),
                new Outgoing(
                        "IPv6 to a link-local address",
                        toGroup + "fe800000000000000000000000000002" + payload,
                        null,
                        AgentDropReason.DEVICE_LINK_LOCAL),
                new Outgoing(
                        "IPv6 just beyond link-local",
                        IPV6.substring(0, 16) + "fec00000000000000000000000000001" + IPV6.substring(48),
                        V6_HEADER,
                        null));
    }

    @ParameterizedTest
    @MethodSource("outgoing")
    void writesHeaderInFrontOfThePacketWithoutTouchingIt(Outgoing row) {
        byte[] inner = HexFormat.of().parseHex(row.inner);
        ByteBuffer buffer = ByteBuffer.allocateDirect(TunnelHeader.LENGTH_BYTES + 64 + 20);
        buffer.put(TunnelHeader.LENGTH_BYTES, inner);
        int result = header.encapsulate(buffer, TunnelHeader.LENGTH_BYTES, inner.length);
        if (row.drop != null) {
            assertThat(TunnelHeader.dropReason(result)).isEqualTo(row.drop);
            return;
        }
        assertThat(result).isZero();
        assertThat(hex(buffer, 0, TunnelHeader.LENGTH_BYTES + inner.length)).isEqualTo(row.datagramHeader + row.inner);
    }

    record Incoming(
            String name,
            String datagram,
            int innerOffset,
            int innerLength,
            @Nullable AgentDropReason drop) {
        Incoming(String name, String datagram, int innerOffset, int innerLength) {
            this(name, datagram, innerOffset, innerLength, null);
        }

        Incoming(String name, String datagram, AgentDropReason drop) {
            this(name, datagram, 0, 0, drop);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Incoming> incoming() {
        return Stream.of(
                new Incoming("IPv4", V4_HEADER + IPV4, 8, 40),
                new Incoming("IPv6", V6_HEADER + IPV6, 8, 52),
                new Incoming("bytes after the inner packet are no part of it", V4_HEADER + IPV4 + "ffffff", 8, 40),
                new Incoming("options are skipped", "02000800000064000108030100000001" + IPV4, 16, 40),
                new Incoming("reserved bits are ignored", "003f0800000064ff" + IPV4, 8, 40),
                new Incoming("seven bytes", "00000800000064", AgentDropReason.GENEVE_TRUNCATED),
                new Incoming("nothing", "", AgentDropReason.GENEVE_TRUNCATED),
                new Incoming("options overrun", "0c0008000000640001080301", AgentDropReason.GENEVE_TRUNCATED),
                new Incoming("version 1", "4000080000006400" + IPV4, AgentDropReason.GENEVE_VERSION),
                new Incoming("another endpoint", "0000080000006500" + IPV4, AgentDropReason.VNI_OTHER),
                new Incoming("critical bit", "0040080000006400" + IPV4, AgentDropReason.GENEVE_CRITICAL),
                new Incoming("control with payload", "0080080000006400" + IPV4, AgentDropReason.GENEVE_CONTROL),
                new Incoming("control alone", "0080080000006400", AgentDropReason.GENEVE_CONTROL),
                new Incoming(
                        "control and critical", "00c00800000064000123456789abcdef", AgentDropReason.GENEVE_CONTROL),
                new Incoming("nonce a byte short", "00800800000064000123456789abcd", AgentDropReason.GENEVE_CONTROL),
                new Incoming("nonce a byte long", "00800800000064000123456789abcdef00", AgentDropReason.GENEVE_CONTROL),
                new Incoming(
                        "keep-alive of another endpoint",
                        "00800800000065000123456789abcdef",
                        AgentDropReason.VNI_OTHER),
                new Incoming("Ethernet inside", "0000655800006400" + IPV4, AgentDropReason.GENEVE_PROTOCOL_TYPE),
                new Incoming("IPv6 said, IPv4 inside", V6_HEADER + IPV4, AgentDropReason.INNER_VERSION_MISMATCH),
                new Incoming("IPv4 said, IPv6 inside", V4_HEADER + IPV6, AgentDropReason.INNER_VERSION_MISMATCH),
                new Incoming("header alone", V4_HEADER, AgentDropReason.INNER_TRUNCATED),
                new Incoming("last byte missing", (V4_HEADER + IPV4).substring(0, 94), AgentDropReason.INNER_TRUNCATED),
                new Incoming(
                        "IPv4 header of 16 bytes",
                        V4_HEADER + "44" + IPV4.substring(2),
                        AgentDropReason.INNER_MALFORMED),
                new Incoming(
                        "IPv4 total length below its header",
                        V4_HEADER + "45000013" + IPV4.substring(8),
                        AgentDropReason.INNER_MALFORMED));
    }

    @ParameterizedTest
    @MethodSource("incoming")
    void acceptsPacketsOfItsEndpointOnly(Incoming row) {
        byte[] bytes = HexFormat.of().parseHex(row.datagram);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int result = header.accept(buffer, 0, bytes.length);
        if (row.drop != null) {
            assertThat(TunnelHeader.dropReason(result)).isEqualTo(row.drop);
        } else {
            assertThat(result).isEqualTo(row.innerOffset);
            assertThat(TunnelHeader.innerLengthBytes(buffer, result)).isEqualTo(row.innerLength);
        }
    }

    @Test
    void keepAliveIsAHeaderWithTheControlBitAndANonceAndItsEchoIsKnown() {
        ByteBuffer buffer = ByteBuffer.allocate(16);
        header.writeKeepAlive(buffer, 0, 0x0123_4567_89AB_CDEFL);
        assertThat(hex(buffer, 0, 16)).isEqualTo("00800800000064000123456789abcdef");
        assertThat(header.accept(buffer, 0, 16)).isEqualTo(TunnelHeader.KEEP_ALIVE);
        assertThat(TunnelHeader.keepAliveNonce(buffer, 0)).isEqualTo(0x0123_4567_89AB_CDEFL);
    }

    @Test
    void largestVniKeepsItsPlace() {
        ByteBuffer buffer = ByteBuffer.allocate(8 + 40);
        buffer.put(8, HexFormat.of().parseHex(IPV4));
        TunnelHeader largest = new TunnelHeader(0xFF_FFFF);
        assertThat(largest.encapsulate(buffer, 8, 40)).isZero();
        assertThat(hex(buffer, 0, 8)).isEqualTo("00000800ffffff00");
        assertThat(largest.accept(buffer, 0, 48)).isEqualTo(8);
        largest.writeKeepAlive(buffer, 0, 7);
        assertThat(hex(buffer, 0, 8)).isEqualTo("00800800ffffff00");
    }

    @Test
    void everyPrefixOfADatagramIsDroppedWithAReason() {
        for (String datagram : new String[] {V4_HEADER + IPV4, V6_HEADER + IPV6}) {
            byte[] whole = HexFormat.of().parseHex(datagram);
            for (int length = 0; length < whole.length; length++) {
                ByteBuffer exact = ByteBuffer.allocate(length).put(0, whole, 0, length);
                assertThat(TunnelHeader.dropReason(header.accept(exact, 0, length)))
                        .as("%s bytes", length)
                        .isIn(AgentDropReason.GENEVE_TRUNCATED, AgentDropReason.INNER_TRUNCATED);
            }
        }
    }

    @Test
    void randomBytesNeverThrowAndNeverReachBeyondTheDatagram() {
        long seed = 8926;
        Random random = new Random(seed);
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            if (bytes.length >= 8 && random.nextInt(4) != 0) {
                System.arraycopy(HexFormat.of().parseHex(V4_HEADER), 0, bytes, 0, 8);
                bytes[0] = (byte) random.nextInt(16);
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            int result = header.accept(buffer, 0, bytes.length);
            if (result >= 0) {
                assertThat(result + TunnelHeader.innerLengthBytes(buffer, result))
                        .as("seed %s round %s", seed, round)
                        .isLessThanOrEqualTo(bytes.length);
            } else if (result != TunnelHeader.KEEP_ALIVE) {
                assertThat(TunnelHeader.dropReason(result).sentence()).endsWith(".");
            }
        }
    }

    private static String hex(ByteBuffer buffer, int offset, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        buffer.get(offset, bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
