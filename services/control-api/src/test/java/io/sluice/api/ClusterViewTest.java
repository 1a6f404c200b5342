// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.AZ2;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.observed;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.TargetObserved;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClusterViewTest {

    private final AtomicLong clockMs = new AtomicLong(1_000_000);
    private final ClusterView view = Samples.view(revision(5), clockMs::get);

    @Test
    void listsNodesWithFlowsInOrderOfTheirIds() {
        view.accept(status(GW_2, "ingress", "codec"));
        view.accept(status(new NodeId("decisions"), "flow-hashing", "target-selection"));
        view.accept(status(GW_1, "codec", "ingress"));
        assertThat(view.ingressNodes()).containsExactly(GW_1, GW_2);
    }

    @Test
    void aNodeWithHalfOfThePacketPathCountsPackets() {
        view.accept(status(GW_2, "codec"));
        view.accept(status(new NodeId("decisions"), "flow-hashing", "target-selection"));
        view.accept(status(GW_1, "ingress"));
        assertThat(view.packetNodes()).containsExactly(GW_1, GW_2);
        assertThat(view.ingressNodes()).containsExactly(GW_1);
    }

    @Test
    void forgetsANodeThatHasBeenSilentForThreeSeconds() {
        view.accept(status(GW_1, "ingress"));
        clockMs.addAndGet(1);
        view.accept(status(GW_2, "ingress"));
        clockMs.addAndGet(ClusterView.SILENT_MS - 2);
        assertThat(view.ingressNodes()).containsExactly(GW_1, GW_2);
        clockMs.addAndGet(1);
        assertThat(view.ingressNodes()).containsExactly(GW_2);
        view.accept(status(GW_1, "ingress"));
        clockMs.addAndGet(1);
        assertThat(view.ingressNodes()).containsExactly(GW_1);
    }

    @Test
    void takesANodesNewestRoles() {
        view.accept(status(GW_1, "ingress"));
        view.accept(status(GW_1, "control-api"));
        assertThat(view.ingressNodes()).isEmpty();
    }

    @Test
    void addsUpWhatTwoCodecsSaw() {
        view.accept(observed(GW_1, 1, FIRST, 3));
        view.accept(observed(GW_2, 1, FIRST, 4));
        assertThat(view.observed().get(FIRST))
                .isEqualTo(new TargetObserved.Observation(FIRST, 7, 70, 700, 7_000, 70_000));
        assertThat(view.observed()).containsOnlyKeys(FIRST);
    }

    @Test
    void replacesWhatACodecSawByWhatItSawLater() {
        view.accept(observed(GW_1, 1, FIRST, 3));
        view.accept(observed(GW_1, 1, FIRST, 5));
        assertThat(view.observed().get(FIRST).sentPackets()).isEqualTo(5);
        view.accept(observed(GW_1, 2, FIRST, 1));
        assertThat(view.observed().get(FIRST).sentPackets()).isEqualTo(1);
        view.accept(observed(GW_1, 1, FIRST, 6));
        assertThat(view.observed().get(FIRST).sentPackets()).isEqualTo(1);
    }

    @Test
    void keepsTotalsOfANodeThatIsGone() {
        view.accept(status(GW_1, "ingress"));
        view.accept(observed(GW_1, 1, FIRST, 3));
        clockMs.addAndGet(ClusterView.SILENT_MS);
        assertThat(view.ingressNodes()).isEmpty();
        assertThat(view.observed().get(FIRST).sentPackets()).isEqualTo(3);
    }

    @Test
    void countsRegisteredAndHealthyTargetsOfAGroupInAZone() {
        assertThat(view.registeredTargets(GROUP, AZ1)).isEqualTo(1);
        assertThat(view.healthyTargets(GROUP, AZ1)).isZero();
        Samples.hear(view, health(1, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        assertThat(view.healthyTargets(GROUP, AZ1)).isEqualTo(1);
        assertThat(view.healthyTargets(GROUP, AZ2)).isZero();
        Samples.hear(view, health(2, FIRST, AZ1, HealthState.UNHEALTHY, HealthReason.FAILED_HEALTH_CHECKS));
        assertThat(view.healthyTargets(GROUP, AZ1)).isZero();
        assertThat(view.registeredTargets(GROUP, new Zone("az9"))).isZero();
        assertThat(view.registeredTargets(new TargetGroupId("others"), AZ1)).isZero();
    }

    @Test
    void ignoresAnOlderReportOfTheSameProber() {
        Samples.hear(view, health(2, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        Samples.hear(view, health(1, FIRST, AZ1, HealthState.UNHEALTHY, HealthReason.FAILED_HEALTH_CHECKS));
        assertThat(view.healthyTargets(GROUP, AZ1)).isEqualTo(1);
    }

    @Test
    void takesANewerRevisionAndIgnoresAStaleOne() {
        Samples.hear(view, new ConfigRevision(4, GW_2, GatewayModel.EMPTY));
        assertThat(view.revision()).isEqualTo(revision(5));
        assertThat(view.snapshot().targetCount()).isEqualTo(2);
        Samples.hear(view, new ConfigRevision(6, GW_2, GatewayModel.EMPTY));
        assertThat(view.revision().number()).isEqualTo(6);
        assertThat(view.snapshot().targetCount()).isZero();
        assertThat(view.snapshot().revisionNumber()).isEqualTo(6);
    }

    @Test
    void keepsHealthThroughANewRevision() {
        Samples.hear(view, health(1, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        Samples.hear(view, revision(6, GW_2));
        assertThat(view.healthyTargets(GROUP, AZ1)).isEqualTo(1);
    }

    @Test
    void keepsABoundedNumberOfNodesAndForgetsTheLongestSilent() {
        for (int n = 0; n <= ClusterView.SOURCES_MAX; n++) {
            clockMs.addAndGet(1);
            view.accept(status(new NodeId("gw-" + n), "ingress"));
            view.accept(status(new NodeId("gw-1"), "ingress"));
        }
        assertThat(view.ingressNodes())
                .hasSize(ClusterView.SOURCES_MAX)
                .contains(new NodeId("gw-1"), new NodeId("gw-64"))
                .doesNotContain(new NodeId("gw-0"));
    }

    @Test
    void keepsABoundedNumberOfObservationsAndForgetsTheLongestSilent() {
        for (int n = 0; n <= ClusterView.SOURCES_MAX; n++) {
            clockMs.addAndGet(1);
            view.accept(observed(new NodeId("gw-" + n), 1, FIRST, n == 0 ? 1_000 : 1));
        }
        assertThat(view.observed().get(FIRST).sentPackets()).isEqualTo(ClusterView.SOURCES_MAX);
    }

    @Test
    void tellsWhoWatchesOfEveryModelFromTheFirstOn() {
        List<GatewayModel> seen = new ArrayList<>();
        view.watch(seen::add);
        Samples.hear(view, revision(4, GW_2));
        Samples.hear(view, new ConfigRevision(6, GW_2, GatewayModel.EMPTY));
        assertThat(seen).containsExactly(revision(5).model(), GatewayModel.EMPTY);
    }
}
