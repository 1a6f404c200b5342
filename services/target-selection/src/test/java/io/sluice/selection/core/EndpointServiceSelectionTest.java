// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.Backing;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.probing.HealthView;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Targets of endpoints that lead to a service with several load balancers (E-2). */
class EndpointServiceSelectionTest {

    /** Enabled in zone a alone, with the group that is idle else. */
    private static final LoadBalancer ONLY_A =
            new LoadBalancer(new LoadBalancerId("only-a"), List.of(A), new Listener(IDLE_GROUP, 350_000));

    private static TargetRef picked(long endpoint, LoadBalancerId... inOrder) {
        GatewayModel plain = model(Stickiness.FIVE_TUPLE, List.of(A1, B1));
        EndpointServiceId offer = new EndpointServiceId("offer");
        List<Endpoint> endpoints = plain.endpoints().stream()
                .filter(e -> !e.zone().equals(C))
                .map(e -> new Endpoint(
                        e.id(),
                        e.vni(),
                        e.zone(),
                        new Backing.Service(offer),
                        e.attachments(),
                        e.account(),
                        e.inner(),
                        e.flowQuota(),
                        e.ipAddressType(),
                        e.admission(),
                        e.tags()))
                .toList();
        GatewayModel model = new GatewayModel(
                plain.zones(),
                plain.targetGroups(),
                Stream.concat(plain.loadBalancers().stream(), Stream.of(ONLY_A)).toList(),
                List.of(new EndpointService(offer, List.of(inOrder))),
                endpoints);
        HealthView view = HealthView.EMPTY.with(
                report(
                        NODE_1,
                        1,
                        1,
                        says(A1, HealthState.HEALTHY),
                        says(B1, HealthState.HEALTHY),
                        says(IDLE, HealthState.HEALTHY)),
                NOW_MS);
        TargetSetSnapshot snapshot = TargetSetSnapshot.of(new ConfigRevision(1, NODE_1, model), view, NOW_MS);
        return snapshot.targetRef(snapshot.pick(endpoint, 42));
    }

    @Test
    void e2InEachZoneTheFirstLoadBalancerThatIsEnabledThereIsTheEndpoints() {
        assertThat(picked(ENDPOINT_A, ONLY_A.id(), BALANCER)).isEqualTo(ref(IDLE));
        assertThat(picked(ENDPOINT_B, ONLY_A.id(), BALANCER)).isEqualTo(ref(B1));
    }

    @Test
    void e2TheOrderOfTheServiceDecides() {
        assertThat(picked(ENDPOINT_A, BALANCER, ONLY_A.id())).isEqualTo(ref(A1));
    }
}
