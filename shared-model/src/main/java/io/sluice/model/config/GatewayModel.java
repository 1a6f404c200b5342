// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Optional;

/**
 * Everything a gateway is told to do, whole and consistent: no reference in it dangles.
 *
 * @param zones zones there are
 * @param targetGroups names unique
 * @param loadBalancers names unique; each group used by at most one of them
 * @param endpointServices names unique
 * @param endpoints ids and VNIs unique; each in a zone that what it leads to is there in
 */
public record GatewayModel(
        List<Zone> zones,
        List<TargetGroup> targetGroups,
        List<LoadBalancer> loadBalancers,
        List<EndpointService> endpointServices,
        List<Endpoint> endpoints) {

    /** Elements of each list, at most: as many as a message to other nodes can hold. */
    public static final int LIST_MAX = 65_536;

    /** Nothing configured. */
    public static final GatewayModel EMPTY = new GatewayModel(List.of(), List.of(), List.of(), List.of(), List.of());

    /** A model without endpoint services. */
    public GatewayModel(
            List<Zone> zones,
            List<TargetGroup> targetGroups,
            List<LoadBalancer> loadBalancers,
            List<Endpoint> endpoints) {
        this(zones, targetGroups, loadBalancers, List.of(), endpoints);
    }

    /**
     * Checks names and references, keeps copies.
     *
     * @throws InvalidModelException naming the thing, what is wrong, and what there is
     */
    public GatewayModel {
        zones = List.copyOf(zones);
        targetGroups = List.copyOf(targetGroups);
        loadBalancers = List.copyOf(loadBalancers);
        endpointServices = List.copyOf(endpointServices);
        endpoints = List.copyOf(endpoints);
        ModelCheck.length("zones", zones);
        ModelCheck.length("target-groups", targetGroups);
        ModelCheck.length("load-balancers", loadBalancers);
        ModelCheck.length("endpoint-services", endpointServices);
        ModelCheck.length("endpoints", endpoints);
        new ModelCheck(zones, targetGroups, loadBalancers, endpointServices).check(endpoints);
    }

    /** The load balancer of that name. */
    public Optional<LoadBalancer> loadBalancer(LoadBalancerId id) {
        return loadBalancers.stream().filter(b -> b.id().equals(id)).findFirst();
    }

    /** The target group of that name. */
    public Optional<TargetGroup> targetGroup(TargetGroupId id) {
        return targetGroups.stream().filter(g -> g.id().equals(id)).findFirst();
    }

    /** The endpoint service of that name. */
    public Optional<EndpointService> endpointService(EndpointServiceId id) {
        return endpointServices.stream().filter(s -> s.id().equals(id)).findFirst();
    }

    /** How long a TCP flow of any load balancer may be idle at most; the default where there is none (F-10). */
    public long longestTcpIdleTimeoutMs() {
        return loadBalancers.stream()
                .mapToLong(balancer -> balancer.listener().tcpIdleTimeoutMs())
                .max()
                .orElse(Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS);
    }

    /** The same model with other target groups. */
    public GatewayModel withTargetGroups(List<TargetGroup> others) {
        return new GatewayModel(zones, others, loadBalancers, endpointServices, endpoints);
    }

    /** The same model with other endpoints. */
    public GatewayModel withEndpoints(List<Endpoint> others) {
        return new GatewayModel(zones, targetGroups, loadBalancers, endpointServices, others);
    }
}
