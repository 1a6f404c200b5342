// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayNodeTest {

    @Test
    void configurationNamesTransportGroupsAndEndpoints() {
        Settings settings = new Settings(Path.of("."), Path.of("."), 1, 1, 0, 1000, 100);
        Groups groups = Groups.of(List.of(
                Workload.parse("64-1-4t-one-way"), Workload.parse("64-1-32t-2e-one-way"), Workload.parse("new-32t")));
        assertThat(groups.targets()).isEqualTo(36);
        assertThat(GatewayNode.configuration(Row.GATEWAY_EPOLL, groups, settings))
                .contains("transport: epoll, flow-capacity: 1000, shards: 1}")
                .contains("{id: 127.0.104.4, zone: az1}")
                .contains("{id: vpce-00000000000000132, vni: 132, zone: az1, load-balancer: of-32")
                .contains("{id: vpce-00000000000001132, vni: 1132, zone: az1, load-balancer: of-32")
                .contains("flow-quota: 1000}")
                .doesNotContain("of-1}", "vni: 1104");
    }

    @Test
    void transportIsWhatTheLogSays() {
        assertThat(GatewayNode.transport("INFO … packets are carried by epoll\n"))
                .contains("epoll");
        assertThat(GatewayNode.transport("INFO nothing")).isEmpty();
    }
}
