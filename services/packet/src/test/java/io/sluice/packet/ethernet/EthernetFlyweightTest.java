// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ethernet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.ExactBuffers;
import io.sluice.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EthernetFlyweightTest {
    private static final String ADDRESSES = "ffeeddccbbaa 0200000000fe";

    private final EthernetFlyweight frame = new EthernetFlyweight();

    /** What follows the addresses, how long the header is, and what it announces. */
    record Case(String name, String rest, int headerBytes, int etherType) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("untagged", "0800", 14, 0x0800),
                new Case("customer VLAN", "8100 0064 86dd", 18, 0x86DD),
                new Case("service VLAN", "88a8 0064 0806", 18, 0x0806),
                new Case("two VLANs", "88a8 0007 8100 6064 0800", 22, 0x0800),
                new Case("three VLANs", "88a8 0007 8100 6064 8100", 22, 0x8100),
                new Case("IEEE 802.2 length", "0026", 14, 0x0026));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void readsHeaderAndSkipsTags(Case given) {
        byte[] bytes = Hex.parse(ADDRESSES + given.rest + "010203");
        ByteBuffer buffer = ExactBuffers.direct(bytes);
        assertThat(frame.parse(buffer, ExactBuffers.OFFSET, bytes.length)).isTrue();
        assertThat(frame.destination()).isEqualTo(0xFFEE_DDCC_BBAAL);
        assertThat(frame.source()).isEqualTo(0x0200_0000_00FEL);
        assertThat(frame.headerBytes()).isEqualTo(given.headerBytes);
        assertThat(frame.etherType()).isEqualTo(given.etherType);
        assertThat(frame.payloadOffset()).isEqualTo(ExactBuffers.OFFSET + given.headerBytes);
        assertThat(frame.payloadLengthBytes()).isEqualTo(3);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void refusesAFrameThatEndsWithinItsHeader(Case given) {
        byte[] bytes = Hex.parse(ADDRESSES + given.rest);
        for (int length = 0; length <= bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThat(frame.parse(ExactBuffers.direct(cut), ExactBuffers.OFFSET, length))
                    .as("%d of %d bytes", length, bytes.length)
                    .isEqualTo(length == bytes.length);
        }
    }

    @Test
    void writesAddressesOfAllBits() {
        ByteBuffer buffer = ExactBuffers.direct(new byte[8]);
        EthernetFlyweight.address(buffer, ExactBuffers.OFFSET + 1, 0xFEDC_BA98_7654L);
        assertThat(EthernetFlyweight.address(buffer, ExactBuffers.OFFSET + 1)).isEqualTo(0xFEDC_BA98_7654L);
        assertThat(ExactBuffers.bytes(buffer, ExactBuffers.OFFSET, 8)).isEqualTo(Hex.parse("00 fedcba987654 00"));
    }
}
