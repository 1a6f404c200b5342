// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.message.TargetObserved;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterViewTest {

    private static final NodeId SELF = new NodeId("gw-1");

    private long nowMs = 5;
    private final ClusterView view = new ClusterView(new ConfigRevision(1, SELF, Model.MODEL), () -> nowMs);

    private void status(String node, String... roles) {
        view.accept(new NodeStatus(new NodeId(node), 1, List.of(roles), 1));
    }

    @Test
    void knowsTheIngressNodesItHasHeardLately() {
        status("gw-3", "ingress", "codec");
        status("gw-2", "ingress", "codec");
        status("gw-1", "control-api");
        assertThat(view.ingressNodes()).containsExactly(new NodeId("gw-2"), new NodeId("gw-3"));
        nowMs += ClusterView.SILENT_MS - 1;
        status("gw-2", "ingress", "codec");
        nowMs += 1;
        assertThat(view.ingressNodes()).containsExactly(new NodeId("gw-2"));
    }

    @Test
    void addsUpWhatAllCodecsSaw() {
        for (String node : List.of("gw-1", "gw-2", "gw-2")) {
            view.accept(new TargetObserved(
                    new NodeId(node), 1, List.of(new TargetObserved.Observation(Model.TARGET, 1, 10, 2, 20, 3))));
        }
        assertThat(view.observed(Model.TARGET))
                .as("the same node's newer word replaces its older one")
                .isEqualTo(new TargetObserved.Observation(Model.TARGET, 2, 20, 4, 40, 6));
        assertThat(view.observed(Model.OTHER_TARGET).sentPackets()).isZero();
    }

    @Test
    void countsRegisteredAndHealthyTargets() {
        assertThat(view.registeredTargets(Model.GROUP, Model.ZONE)).isEqualTo(2);
        assertThat(view.healthyTargets(Model.GROUP, Model.ZONE)).isZero();
        view.accept(new HealthChanged(
                SELF,
                1,
                1,
                List.of(new TargetHealth(Model.TARGET, Model.ZONE, HealthState.HEALTHY, HealthReason.NONE, 7))));
        assertThat(view.healthyTargets(Model.GROUP, Model.ZONE)).isOne();
    }

    @Test
    void takesNewerConfigurationsOnly() {
        view.accept(new ConfigChanged(new ConfigRevision(0, SELF, GatewayModel.EMPTY)));
        assertThat(view.revision().number()).isOne();
        view.accept(new ConfigChanged(new ConfigRevision(2, SELF, GatewayModel.EMPTY)));
        assertThat(view.revision().number()).isEqualTo(2);
        assertThat(view.snapshot().targetCount()).isZero();
    }
}
