// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that can belong to a flow has the flow's owner. 64 shards, so that two owners are rarely equal by chance. */
class OwnerReaderTest {

    private static final int OFFSET = 16;
    private static final OwnerHash HASH = new OwnerHash(64, 0x5EED_0A12);
    private static final int CLIENT = 10 << 24 | 20 << 16 | 5;
    private static final int SERVER = 203 << 24 | 113 << 8 | 10;
    private static final long PREFIX = 0x2001_0DB8_0000_0000L;
    private static final int OWNER = HASH.ofIpv4(CLIENT, SERVER);
    private static final int OWNER6 = HASH.ofIpv6(PREFIX, 5, PREFIX, 10);

    private final OwnerReader reader = new OwnerReader(HASH);

    /** A packet of the flow between client and server. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Case(String name, byte[] inner) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static PacketBuilder v4(boolean forward) {
        return PacketBuilder.ipv4()
                .from(forward ? "10.20.0.5" : "203.0.113.10")
                .to(forward ? "203.0.113.10" : "10.20.0.5");
    }

    private static PacketBuilder v6(boolean forward) {
        return PacketBuilder.ipv6()
                .from(forward ? "2001:db8::5" : "2001:db8::a")
                .to(forward ? "2001:db8::a" : "2001:db8::5");
    }

    private static byte[] errorAbout(boolean forward) {
        return PacketBuilder.ipv4()
                .from("198.51.100.7")
                .to(forward ? "10.20.0.5" : "203.0.113.10")
                .icmp(3, 4)
                .payload(Arrays.copyOf(
                        v4(forward).tcp(40_000, 443).payloadBytes(64).build(), 28))
                .build();
    }

    private static byte[] errorAbout6(boolean forward) {
        return PacketBuilder.ipv6()
                .from("2001:db8:ffff::7")
                .to(forward ? "2001:db8::5" : "2001:db8::a")
                .extension(PacketBuilder.DESTINATION_OPTIONS, new byte[6])
                .icmp(2, 0)
                .payload(v6(forward).udp(9, 7).payloadBytes(64).build())
                .build();
    }

    static Stream<Case> packets() {
        return Stream.of(
                new Case("TCP", v4(true).tcp(40_000, 443).build()),
                new Case("TCP back", v4(false).tcp(443, 40_000).build()),
                new Case("another connection", v4(true).tcp(40_001, 443).build()),
                new Case(
                        "another protocol",
                        v4(true).protocol(50).payloadBytes(8).build()),
                new Case("echo", v4(true).icmp(8, 0).echo(1, 2).build()),
                new Case("options", v4(true).ipOptions(new byte[40]).udp(9, 7).build()),
                new Case(
                        "first fragment",
                        v4(true).fragment(0, true).udp(9, 7).payloadBytes(64).build()),
                new Case(
                        "later fragment",
                        v4(false)
                                .fragment(64, false)
                                .protocol(17)
                                .payloadBytes(8)
                                .build()),
                new Case(
                        "fragment of ICMP",
                        v4(true).fragment(64, false).protocol(1).payloadBytes(8).build()),
                new Case("error about a packet of the client", errorAbout(true)),
                new Case("error about a packet of the server", errorAbout(false)),
                new Case("IPv6", v6(true).tcp(40_000, 443).build()),
                new Case("IPv6 back", v6(false).udp(443, 40_000).build()),
                new Case(
                        "IPv6 later fragment",
                        v6(true).fragmentHeader(64, false, 7)
                                .protocol(17)
                                .payloadBytes(8)
                                .build()),
                new Case("IPv6 echo", v6(false).icmp(128, 0).echo(1, 2).build()),
                new Case("IPv6 error about a packet of the client", errorAbout6(true)),
                new Case("IPv6 error about a packet of the server", errorAbout6(false)));
    }

    private static int expected(byte[] inner) {
        return inner[0] >>> 4 == 6 ? OWNER6 : OWNER;
    }

    private int ownerOf(byte[] datagram) {
        ByteBuffer exact = ByteBuffer.allocateDirect(OFFSET + datagram.length).put(OFFSET, datagram);
        return reader.ownerOf(exact, OFFSET, datagram.length);
    }

    private static byte[] frame(byte[] inner, int... tags) {
        ByteBuffer frame =
                ByteBuffer.allocate(14 + 4 * tags.length + inner.length).position(12);
        for (int tag : tags) {
            frame.putShort((short) tag).putShort((short) 7);
        }
        return frame.putShort((short) (inner[0] >>> 4 == 6 ? 0x86DD : 0x0800))
                .put(inner)
                .array();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void f4EveryPacketOfAFlowHasOneOwner(Case packet) {
        assertThat(ownerOf(PacketBuilder.geneve().vni(100).payload(packet.inner).build()))
                .isEqualTo(expected(packet.inner));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void whatATargetReturnsHasTheOwnerOfWhatItGot(Case packet) {
        assertThat(ownerOf(
                        PacketBuilder.geneve().gwlb(1, 2).payload(packet.inner).build()))
                .isEqualTo(expected(packet.inner));
        assertThat(ownerOf(PacketBuilder.geneve()
                        .flowCookie(3)
                        .option(0x0102, 1, new byte[124])
                        .payload(packet.inner)
                        .build()))
                .as("options of the greatest length, and none that is read")
                .isEqualTo(expected(packet.inner));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void aFrameHasTheOwnerOfItsPacket(Case packet) {
        for (int[] tags : new int[][] {{}, {0x8100}, {0x88A8, 0x8100}}) {
            byte[] datagram = PacketBuilder.geneve()
                    .protocolType(0x6558)
                    .payload(frame(packet.inner, tags))
                    .build();
            assertThat(ownerOf(datagram)).as("%d tags", tags.length).isEqualTo(expected(packet.inner));
        }
    }

    @Test
    void anErrorWhoseQuoteCannotBeReadHasTheOwnerOfItsOwnAddresses() {
        byte[] error = PacketBuilder.ipv4()
                .from("198.51.100.7")
                .to("10.20.0.5")
                .icmp(3, 4)
                .payload(new byte[12])
                .build();
        int own = HASH.ofIpv4(198 << 24 | 51 << 16 | 100 << 8 | 7, CLIENT);
        assertThat(ownerOf(PacketBuilder.geneve().payload(error).build())).isEqualTo(own);
    }

    @Test
    void whatCannotBeReadIsNobodys() {
        byte[] inner = v4(true).udp(9, 7).build();
        byte[] arp = new byte[42];
        arp[12] = 8;
        arp[13] = 6;
        List<byte[]> unreadable = List.of(
                new byte[0],
                new byte[7],
                new byte[8],
                PacketBuilder.geneve().control().payload(inner).build(),
                PacketBuilder.geneve().version(1).payload(inner).build(),
                PacketBuilder.geneve().protocolType(0x1234).payload(inner).build(),
                PacketBuilder.geneve().protocolType(0x86DD).payload(inner).build(),
                PacketBuilder.geneve().protocolType(0x6558).payload(arp).build(),
                PacketBuilder.geneve()
                        .protocolType(0x6558)
                        .payload(frame(inner, 0x8100, 0x8100, 0x8100))
                        .build(),
                PacketBuilder.geneve().optionLengthWords(63).payload(inner).build());
        assertThat(unreadable)
                .allSatisfy(datagram -> assertThat(ownerOf(datagram)).isEqualTo(OwnerReader.NOBODY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void readsNothingBehindTheEndWhereverADatagramIsCut(Case packet) {
        byte[] whole = PacketBuilder.geneve().gwlb(1, 2).payload(packet.inner).build();
        for (int length = 0; length < whole.length; length++) {
            int owner = ownerOf(Arrays.copyOf(whole, length));
            assertThat(owner).as("cut to %d bytes", length).isBetween(OwnerReader.NOBODY, 63);
        }
    }
}
