// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DestinationCacheTest {

    private final DestinationCache cache = new DestinationCache();

    @Test
    void givesTheSameObjectForTheSameDestination() {
        InetSocketAddress first = cache.get(0x0A00_0001, 6081);
        assertThat(first.getAddress().getHostAddress()).isEqualTo("10.0.0.1");
        assertThat(first.getPort()).isEqualTo(6081);
        assertThat(first.isUnresolved()).isFalse();
        assertThat(cache.get(0x0A00_0001, 6081)).isSameAs(first);
    }

    @Test
    void isRightForFarMoreDestinationsThanItHasPlaces() {
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            int address = random.nextInt();
            int port = random.nextInt(0x1_0000);
            assertThat(cache.get(address, port)).isEqualTo(DestinationCache.socketAddress(address, port));
        }
    }

    @Test
    void tellsPortsOfOneAddressAndAddressesOfOnePortApart() {
        for (int i = 0; i < 4_096; i++) {
            assertThat(cache.get(0x0A00_0001, i).getPort()).isEqualTo(i);
            assertThat(cache.get(i, 6081).getAddress().getAddress())
                    .isEqualTo(new byte[] {0, 0, (byte) (i >> 8), (byte) i});
        }
    }

    @Test
    void refusesWhatIsNoPort() {
        assertThatIllegalArgumentException().isThrownBy(() -> cache.get(1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> cache.get(1, 65_536));
    }
}
