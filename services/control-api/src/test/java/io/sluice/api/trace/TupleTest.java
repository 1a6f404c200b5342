// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.model.flow.Stickiness;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TupleTest {

    private static final long ENDPOINT = 0x0A1B2C3D4E5F6071L;

    private static Tuple tuple(String source, int sourcePort, String destination, int destinationPort, int protocol) {
        return new Tuple(
                InetAddress.ofLiteral(source),
                sourcePort,
                InetAddress.ofLiteral(destination),
                destinationPort,
                protocol);
    }

    @ParameterizedTest
    @EnumSource(Stickiness.class)
    void bothDirectionsHaveOneKey(Stickiness stickiness) {
        assertThat(tuple("2001:db8::5", 40_000, "2001:db8::1", 443, 6).key(ENDPOINT, stickiness))
                .isEqualTo(tuple("2001:db8::1", 443, "2001:db8::5", 40_000, 6).key(ENDPOINT, stickiness));
    }

    @Test
    void stickinessLeavesOutPortsAndProtocol() {
        Tuple one = tuple("10.20.0.5", 40_000, "203.0.113.10", 443, 6);
        Tuple otherPort = tuple("10.20.0.5", 40_001, "203.0.113.10", 443, 6);
        Tuple udp = tuple("10.20.0.5", 40_000, "203.0.113.10", 443, 17);
        assertThat(one.key(ENDPOINT, Stickiness.FIVE_TUPLE))
                .isNotEqualTo(otherPort.key(ENDPOINT, Stickiness.FIVE_TUPLE));
        assertThat(one.key(ENDPOINT, Stickiness.THREE_TUPLE))
                .isEqualTo(otherPort.key(ENDPOINT, Stickiness.THREE_TUPLE));
        assertThat(one.key(ENDPOINT, Stickiness.THREE_TUPLE)).isNotEqualTo(udp.key(ENDPOINT, Stickiness.THREE_TUPLE));
        assertThat(one.key(ENDPOINT, Stickiness.TWO_TUPLE)).isEqualTo(udp.key(ENDPOINT, Stickiness.TWO_TUPLE));
    }

    @Test
    void refusesAddressesOfTwoVersions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tuple("10.20.0.5", 1, "2001:db8::1", 2, 6))
                .withMessageContaining("expected both IPv4 or both IPv6");
    }
}
