// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Edits of the gateway's own document. */
class RunningConfigurationTest {
    private static final RunningConfiguration RUNNING = new RunningConfiguration("""
            target-groups:
              - name: firewalls
                target-failover: no_rebalance
                send-tcp-reset: {on-unhealthy: false, on-deregistration: false}
            load-balancers:
              - name: inspection
                cross-zone: false
            endpoints:
              - id: vpce-0a1b2c3d4e5f60718
            """, "\"7\"");

    @Test
    void changesOneValueAndKeepsTheRest() {
        RunningConfiguration changed =
                RUNNING.with("cross-zone", "true").with("on-unhealthy", "true").with("target-failover", "rebalance");

        assertThat(changed.text())
                .isEqualTo(RUNNING.text()
                        .replace("cross-zone: false", "cross-zone: true")
                        .replace("on-unhealthy: false", "on-unhealthy: true")
                        .replace("no_rebalance", "rebalance"));
        assertThat(changed.entityTag()).isEqualTo("\"7\"");
    }

    @Test
    void refusesAKeyThatIsNotThereOnce() {
        assertThatThrownBy(() -> RUNNING.with("fail-open", "drop")).hasMessageContaining("fail-open not exactly once");
        assertThatThrownBy(() -> RUNNING.with("name", "other")).hasMessageContaining("name not exactly once");
    }

    @Test
    void addsAnEndpointOfAnotherOwner() {
        assertThat(RUNNING.withEndpoint(Site.SECOND, "222222222222").text()).isEqualTo(RUNNING.text() + """
                  - id: vpce-0c3d4e5f60718293a
                    vni: 101
                    zone: az1
                    account: "222222222222"
                    load-balancer: inspection
                    attachments: ["10.0.3.2"]
                    inner: ip
                """);
    }
}
