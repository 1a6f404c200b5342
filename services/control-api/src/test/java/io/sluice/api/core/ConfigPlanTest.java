// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.without;
import static io.sluice.api.core.ConfigChange.Action.ADD;
import static io.sluice.api.core.ConfigChange.Action.CHANGE;
import static io.sluice.api.core.ConfigChange.Action.REMOVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.Principal;
import io.sluice.model.config.Tags;
import io.sluice.model.id.EndpointServiceId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigPlanTest {

    private static final GatewayModel START = revision(1).model();

    private static ConfigChange whole(ConfigChange.Action action, String kind, String id) {
        return new ConfigChange(action, kind, id, "", "", "");
    }

    @Test
    void saysNothingWhereNothingChanges() {
        assertThat(ConfigPlan.between(START, revision(2).model())).isEmpty();
    }

    @Test
    void listsEverythingThatComesAndGoes() {
        assertThat(ConfigPlan.between(GatewayModel.EMPTY, START))
                .containsExactly(
                        whole(ADD, "zone", "az1"),
                        whole(ADD, "zone", "az2"),
                        whole(ADD, "target-group", "firewalls"),
                        whole(ADD, "target", "firewalls/10.1.0.11"),
                        whole(ADD, "target", "firewalls/10.1.0.12"),
                        whole(ADD, "load-balancer", "inspection"),
                        whole(ADD, "endpoint", "vpce-0a1b2c3d4e5f60718"));
        assertThat(ConfigPlan.between(START, GatewayModel.EMPTY))
                .hasSize(7)
                .allMatch(change -> change.action() == REMOVE);
    }

    @Test
    void calledRemovedIsWhatBeginsToDrainAndAddedWhatComesBack() {
        GatewayModel draining = NextModel.of(START, without(SECOND), 1_000, 2);
        assertThat(ConfigPlan.between(START, draining)).containsExactly(whole(REMOVE, "target", "firewalls/10.1.0.12"));
        assertThat(ConfigPlan.between(draining, without(SECOND))).isEmpty();
        assertThat(ConfigPlan.between(draining, START)).containsExactly(whole(ADD, "target", "firewalls/10.1.0.12"));
    }

    @Test
    void namesEachKeyThatChangesWithBothValues() {
        LoadBalancer balancer = START.loadBalancers().getFirst();
        LoadBalancer other = new LoadBalancer(
                balancer.id(),
                balancer.zones(),
                new Listener(balancer.listener().targetGroup(), 60_000, true),
                true,
                IpAddressType.IPV4,
                true,
                new PacketPolicy(false, false, true, 1_360, true, 1_432));
        GatewayModel after = new GatewayModel(START.zones(), START.targetGroups(), List.of(other), START.endpoints());
        assertThat(ConfigPlan.between(START, after))
                .allMatch(change -> change.action() == CHANGE && change.id().equals("inspection"))
                .extracting(change -> change.field() + ": " + change.from() + " -> " + change.to())
                .containsExactly(
                        "cross-zone: false -> true",
                        "ip-address-type: dualstack -> ipv4",
                        "deletion-protection: false -> true",
                        "listener.tcp-idle-timeout: 350000ms -> 60000ms",
                        "listener.send-tcp-reset-on-idle-timeout: false -> true",
                        "packets.fragments: follow -> 3-tuple",
                        "packets.icmp-error-affinity: embedded -> 3-tuple",
                        "packets.pmtud: false -> true",
                        "packets.mss-clamp: 0 -> 1360",
                        "packets.tcp-midstream-pickup: false -> true",
                        "packets.mtu: 8500 -> 1432");
    }

    @Test
    void namesEachKeyOfServicesEndpointsAndTags() {
        EndpointServiceId id = new EndpointServiceId("offer");
        LoadBalancer balancer = START.loadBalancers().getFirst();
        Endpoint endpoint = START.endpoints().getFirst();
        GatewayModel before = with(new EndpointService(id, List.of(balancer.id())), endpoint);
        EndpointService other = new EndpointService(
                id,
                List.of(balancer.id()),
                false,
                List.of(Principal.ANYONE, new Principal("123456789012")),
                IpAddressType.DUALSTACK,
                "000000000001",
                Tags.of(Map.of("b", "2", "a", "1")));
        Endpoint moved = new Endpoint(
                endpoint.id(),
                endpoint.vni(),
                endpoint.zone(),
                new Backing.Service(id),
                endpoint.attachments(),
                endpoint.account(),
                endpoint.inner(),
                endpoint.flowQuota(),
                IpAddressType.IPV4,
                Admission.REJECTED,
                Tags.of(Map.of("k", "v")));
        assertThat(ConfigPlan.between(before, with(other, moved)))
                .allMatch(change -> change.action() == CHANGE)
                .extracting(change -> change.kind() + " " + change.id() + " " + change.field() + ": " + change.from()
                        + " -> " + change.to())
                .containsExactly(
                        "endpoint-service offer acceptance-required: true -> false",
                        "endpoint-service offer allowed-principals:  -> *, 123456789012",
                        "endpoint-service offer ip-address-types: ipv4 -> ipv4, ipv6",
                        "endpoint-service offer account: 000000000000 -> 000000000001",
                        "endpoint-service offer tags:  -> a=1, b=2",
                        "endpoint vpce-0a1b2c3d4e5f60718 service:  -> offer",
                        "endpoint vpce-0a1b2c3d4e5f60718 load-balancer: inspection -> ",
                        "endpoint vpce-0a1b2c3d4e5f60718 ip-address-type: dualstack -> ipv4",
                        "endpoint vpce-0a1b2c3d4e5f60718 connection: accepted -> rejected",
                        "endpoint vpce-0a1b2c3d4e5f60718 tags:  -> k=v");
        assertThat(ConfigPlan.between(START, before)).containsExactly(whole(ADD, "endpoint-service", "offer"));
        assertThat(ConfigPlan.between(before, START)).containsExactly(whole(REMOVE, "endpoint-service", "offer"));
    }

    private static GatewayModel with(EndpointService service, Endpoint endpoint) {
        return new GatewayModel(
                START.zones(), START.targetGroups(), START.loadBalancers(), List.of(service), List.of(endpoint));
    }
}
