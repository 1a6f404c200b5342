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

import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import java.util.List;
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
}
