// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RowTest {

    private static final Workload ROUND_TRIPS = Workload.parse("64-10k-4t-returns");

    @Test
    void namesNumbersAndAddressesAreDistinct() {
        assertThat(Arrays.stream(Row.values()).map(Row::text)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Row.values()).map(Row::host)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Row.values()).map(Addresses::forwarder)).doesNotHaveDuplicates();
        assertThat(Row.parse("ovs-userspace")).isEqualTo(Row.OVS_USERSPACE);
    }

    @Test
    void switchAndRouterDoPlainRoundTripsOnly() {
        for (Row row : new Row[] {Row.OVS_USERSPACE, Row.KERNEL_FORWARDING}) {
            assertThat(row.does(ROUND_TRIPS)).isTrue();
            assertThat(row.does(Workload.parse("64-10k-4t-one-way"))).isFalse();
            assertThat(row.does(Workload.parse("64-10k-4t-returns-agg"))).isFalse();
        }
    }

    @Test
    void gatewayOnVethHasTheSwitchsEnds() {
        assertThat(Addresses.endpoint(Row.GATEWAY_IO_URING_VETH)).isEqualTo(Addresses.endpoint(Row.OVS_USERSPACE));
        assertThat(Addresses.target(Row.GATEWAY_IO_URING_VETH, 4, 3))
                .isEqualTo(Addresses.target(Row.OVS_USERSPACE, 4, 3))
                .isEqualTo("10.90.104.4");
        assertThat(Addresses.endpoint(Row.GATEWAY_IO_URING)).isEqualTo("127.0.4.1");
    }
}
