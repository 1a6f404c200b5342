// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.Answers;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.PacketBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InnerDestinationTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, false",
        "0.255.255.255, false",
        "1.0.0.0, true",
        "10.0.0.255, true",
        "126.255.255.255, true",
        "169.253.255.255, true",
        "169.254.0.0, false",
        "169.254.255.255, false",
        "169.255.0.0, true",
        "203.0.113.10, true",
        "223.255.255.255, true",
        "224.0.0.0, false",
        "239.255.255.255, false",
        "240.0.0.0, true",
        "255.255.255.254, true",
        "255.255.255.255, false",
        "::, false",
        "::2, true",
        "1::, true",
        "2001:db8::1, true",
        "fd00::1, true",
        "fe7f:ffff::1, true",
        "fe80::, false",
        "febf:ffff::1, false",
        "fec0::1, true",
        "feff::1, true",
        "ff00::, false",
        "ff02::1, false",
        "ffff::1, false"
    })
    void f29OnlyUnicastBeyondTheLinkPasses(String destination, boolean unicast) {
        boolean ipv6 = destination.contains(":");
        byte[] packet = (ipv6 ? PacketBuilder.ipv6() : PacketBuilder.ipv4())
                .to(destination)
                .udp(1, 2)
                .build();
        InnerPacket inner = Answers.parsed(Answers.buffer(packet), Answers.OFFSET, packet.length);
        assertThat(InnerDestination.unicast(inner)).isEqualTo(unicast);
    }
}
