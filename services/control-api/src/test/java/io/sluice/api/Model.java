// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.List;

/** One zone, one group with two targets, one endpoint. */
final class Model {

    static final Zone ZONE = new Zone("az1");
    static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    static final TargetRef TARGET = new TargetRef(GROUP, new TargetId("10.1.0.11"), 1);
    static final TargetRef OTHER_TARGET = new TargetRef(GROUP, new TargetId("10.1.0.12"), 1);
    static final EndpointId ENDPOINT = EndpointId.parse("vpce-0a1b2c3d4e5f60718");
    static final GatewayModel MODEL = new GatewayModel(
            List.of(ZONE),
            List.of(new TargetGroup(
                    GROUP,
                    HealthCheckSpec.DEFAULT,
                    Stickiness.FIVE_TUPLE,
                    List.of(target("10.1.0.11"), target("10.1.0.12")))),
            List.of(new LoadBalancer(new LoadBalancerId("inspection"), List.of(ZONE), new Listener(GROUP, 350_000))),
            List.of(new Endpoint(
                    ENDPOINT,
                    new Vni(100),
                    ZONE,
                    new LoadBalancerId("inspection"),
                    List.of(Ipv4SocketAddress.parse("10.0.0.2:6080")))));

    private Model() {}

    private static Target target(String address) {
        return new Target(new TargetId(address), Ipv4Address.parse(address), 6081, ZONE, 1, 1);
    }
}
