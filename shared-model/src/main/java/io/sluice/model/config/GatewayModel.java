// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a gateway is told to do, whole and consistent: no reference in it dangles.
 *
 * @param zones zones there are
 * @param targetGroups names unique
 * @param loadBalancers names unique; each group used by at most one of them
 * @param endpoints ids and VNIs unique
 */
public record GatewayModel(
        List<Zone> zones, List<TargetGroup> targetGroups, List<LoadBalancer> loadBalancers, List<Endpoint> endpoints) {

    /** Nothing configured. */
    public static final GatewayModel EMPTY = new GatewayModel(List.of(), List.of(), List.of(), List.of());

    /**
     * Checks names and references, keeps copies.
     *
     * @throws IllegalArgumentException naming the thing, what is wrong, and what there is
     */
    public GatewayModel {
        zones = List.copyOf(zones);
        targetGroups = List.copyOf(targetGroups);
        loadBalancers = List.copyOf(loadBalancers);
        endpoints = List.copyOf(endpoints);
        Set<Zone> zoneSet = Set.copyOf(zones);
        Set<TargetGroupId> groups = new HashSet<>();
        for (TargetGroup group : targetGroups) {
            unique(groups.add(group.id()), "target group " + group.id());
            for (Target target : group.targets()) {
                known(
                        zoneSet.contains(target.zone()),
                        "target " + target.id() + " of " + group.id(),
                        "zone",
                        target.zone(),
                        zones);
            }
        }
        Set<LoadBalancerId> balancers = new HashSet<>();
        Set<TargetGroupId> used = new HashSet<>();
        for (LoadBalancer balancer : loadBalancers) {
            unique(balancers.add(balancer.id()), "load balancer " + balancer.id());
            TargetGroupId group = balancer.listener().targetGroup();
            known(groups.contains(group), "load balancer " + balancer.id(), "target group", group, groups);
            if (!used.add(group)) {
                throw new IllegalArgumentException(
                        "target group " + group + " is used by two load balancers: expected at most one");
            }
            for (Zone zone : balancer.zones()) {
                known(zoneSet.contains(zone), "load balancer " + balancer.id(), "zone", zone, zones);
            }
        }
        Set<EndpointId> ids = new HashSet<>();
        Set<Vni> vnis = new HashSet<>();
        for (Endpoint endpoint : endpoints) {
            unique(ids.add(endpoint.id()), "endpoint " + endpoint.id());
            unique(vnis.add(endpoint.vni()), "vni " + endpoint.vni());
            known(
                    balancers.contains(endpoint.loadBalancer()),
                    "endpoint " + endpoint.id(),
                    "load balancer",
                    endpoint.loadBalancer(),
                    balancers);
            known(zoneSet.contains(endpoint.zone()), "endpoint " + endpoint.id(), "zone", endpoint.zone(), zones);
        }
        for (Endpoint endpoint : endpoints) {
            for (LoadBalancer balancer : loadBalancers) {
                if (balancer.id().equals(endpoint.loadBalancer())
                        && !balancer.zones().contains(endpoint.zone())) {
                    throw new IllegalArgumentException(
                            "endpoint %s is in zone %s, in which load balancer %s is not enabled: expected one of %s"
                                    .formatted(endpoint.id(), endpoint.zone(), balancer.id(), balancer.zones()));
                }
            }
        }
    }

    /** The load balancer of that name. */
    public Optional<LoadBalancer> loadBalancer(LoadBalancerId id) {
        return loadBalancers.stream().filter(b -> b.id().equals(id)).findFirst();
    }

    /** The target group of that name. */
    public Optional<TargetGroup> targetGroup(TargetGroupId id) {
        return targetGroups.stream().filter(g -> g.id().equals(id)).findFirst();
    }

    private static void unique(boolean added, String what) {
        if (!added) {
            throw new IllegalArgumentException(what + " is configured twice");
        }
    }

    private static void known(boolean found, String who, String kind, Object reference, Object available) {
        if (!found) {
            throw new IllegalArgumentException(who + " refers to " + kind + " " + reference
                    + ", which is not there: expected one of " + available);
        }
    }
}
