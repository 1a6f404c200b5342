// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProtocolCountersTest {

    private static final List<String> IP = List.of("Ip: Forwarding DefaultTTL RcvbufErrors", "Ip: 1 64 7");

    private static final String UDP_NAMES = "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors";

    @Test
    void aValueIsThatOfItsProtocolsColumn() {
        ProtocolCounters counters =
                ProtocolCounters.of(List.of(IP.get(0), IP.get(1), UDP_NAMES, "Udp: 1000 2 3 4 5 6"));

        assertThat(counters.udpOverflows()).isEqualTo(5);
    }

    @Test
    void aKernelThatDoesNotCountItIsNamed() {
        assertThatThrownBy(() -> ProtocolCounters.of(IP).udpOverflows())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this kernel does not count Udp:RcvbufErrors");
    }

    @Test
    void valuesOfOtherNamesAreRefused() {
        for (String values : List.of("Udp: 1000 2 3", "UdpLite: 1 2 3 4 5 6")) {
            assertThatThrownBy(() -> ProtocolCounters.of(List.of(UDP_NAMES, values)))
                    .as(values)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(values);
        }
    }
}
