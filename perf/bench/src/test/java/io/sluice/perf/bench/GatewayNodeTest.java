// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GatewayNodeTest {

    @Test
    void configurationNamesTransportGroupsAndEndpoints() {
        Settings settings = new Settings(Path.of("."), Path.of("."), 1, 1, 0, 1000);
        assertThat(GatewayNode.configuration(Row.GATEWAY_EPOLL, settings))
                .contains("transport: epoll, flow-capacity: 1000, shards: 1}")
                .contains("{id: 127.0.104.4, zone: az1}")
                .contains("{id: vpce-00000000000000132, vni: 132, zone: az1, load-balancer: of-32");
    }

    @Test
    void transportIsWhatTheLogSays() {
        assertThat(GatewayNode.transport("INFO … packets are carried by epoll\n"))
                .contains("epoll");
        assertThat(GatewayNode.transport("INFO nothing")).isEmpty();
    }
}
