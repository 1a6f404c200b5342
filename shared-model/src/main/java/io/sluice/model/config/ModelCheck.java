// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the parts of a model go together: names are unique, references lead somewhere, zones fit.
 *
 * <p>Every refusal is an {@link InvalidModelException} with the thing and its key. <b>Threading</b>: confined to one call.
 */
final class ModelCheck {

    /** Names listed in a message, at most. */
    private static final int LISTED_MAX = 20;

    private final Set<Zone> zones;
    private final List<TargetGroup> targetGroups;
    private final List<LoadBalancer> loadBalancers;
    private final List<EndpointService> endpointServices;
    private final EndpointPaths paths;
    private final Map<TargetGroupId, Stickiness> groups = new HashMap<>();
    private final Set<LoadBalancerId> balancerIds = new LinkedHashSet<>();
    private final Set<EndpointServiceId> serviceIds = new LinkedHashSet<>();

    ModelCheck(
            List<Zone> zones,
            List<TargetGroup> targetGroups,
            List<LoadBalancer> loadBalancers,
            List<EndpointService> endpointServices) {
        this.zones = new LinkedHashSet<>(zones);
        this.targetGroups = targetGroups;
        this.loadBalancers = loadBalancers;
        this.endpointServices = endpointServices;
        this.paths = new EndpointPaths(loadBalancers, endpointServices);
    }

    /** No list of the model is longer than a message can hold. */
    static void length(String key, List<?> list) {
        if (list.size() > GatewayModel.LIST_MAX) {
            throw new InvalidModelException(
                    "gateway",
                    "configuration",
                    key,
                    "there are " + list.size() + " " + key + ": expected at most " + GatewayModel.LIST_MAX);
        }
    }

    void check(List<Endpoint> endpoints) {
        targetGroups.forEach(this::targetGroup);
        Set<TargetGroupId> used = new HashSet<>();
        loadBalancers.forEach(balancer -> loadBalancer(balancer, used));
        endpointServices.forEach(this::endpointService);
        Set<EndpointId> ids = new HashSet<>();
        Set<Vni> vnis = new HashSet<>();
        endpoints.forEach(endpoint -> endpoint(endpoint, ids, vnis));
    }

    /** One element, for messages: the words of people and those of plans. */
    private record Subject(String people, String kind, String name) {

        InvalidModelException refuse(String key, String message) {
            return new InvalidModelException(kind, name, key, message);
        }

        void unique(boolean added, String key) {
            if (!added) {
                throw refuse(key, people + " is configured twice");
            }
        }

        void known(boolean found, String key, String what, Object reference, Collection<?> available) {
            if (!found) {
                throw refuse(
                        key,
                        people + " refers to " + what + " " + reference + ", which is not there: expected one of "
                                + listed(available));
            }
        }
    }

    private static String listed(Collection<?> names) {
        String shown = names.stream().limit(LISTED_MAX).map(String::valueOf).collect(Collectors.joining(", "));
        return names.size() > LISTED_MAX ? "[" + shown + ", ...]" : "[" + shown + "]";
    }

    private void targetGroup(TargetGroup group) {
        String name = group.id().name();
        new Subject("target group " + name, "target-group", name)
                .unique(groups.put(group.id(), group.stickiness()) == null, "name");
        for (Target target : group.targets()) {
            if (!zones.contains(target.zone())) { // no words for each of ten thousand that are in order
                new Subject("target " + target.id() + " of " + name, "target", name + "/" + target.id())
                        .known(false, "zone", "zone", target.zone(), zones);
            }
        }
    }

    private void loadBalancer(LoadBalancer balancer, Set<TargetGroupId> used) {
        String name = balancer.id().name();
        Subject subject = new Subject("load balancer " + name, "load-balancer", name);
        subject.unique(balancerIds.add(balancer.id()), "name");
        TargetGroupId group = balancer.listener().targetGroup();
        String key = "listener.target-group";
        Stickiness stickiness = groups.get(group);
        subject.known(stickiness != null, key, "target group", group, groups.keySet());
        if (!used.add(group)) {
            throw subject.refuse(key, "target group " + group + " is used by two load balancers: expected at most one");
        }
        for (Zone zone : balancer.zones()) {
            subject.known(zones.contains(zone), "zones", "zone", zone, zones);
        }
        if (stickiness != null) {
            Listener listener = balancer.listener();
            listener.timeoutRefusal(stickiness).ifPresent(refusal -> {
                throw subject.refuse("listener.tcp-idle-timeout", "load balancer " + name + ": " + refusal);
            });
            listener.resetRefusal(stickiness).ifPresent(refusal -> {
                throw subject.refuse(
                        "listener.send-tcp-reset-on-idle-timeout", "load balancer " + name + ": " + refusal);
            });
        }
    }

    private void endpointService(EndpointService service) {
        String name = service.id().name();
        Subject subject = new Subject("endpoint service " + name, "endpoint-service", name);
        subject.unique(serviceIds.add(service.id()), "name");
        for (LoadBalancerId balancer : service.loadBalancers()) {
            subject.known(balancerIds.contains(balancer), "load-balancers", "load balancer", balancer, balancerIds);
        }
    }

    private void endpoint(Endpoint endpoint, Set<EndpointId> ids, Set<Vni> vnis) {
        String name = endpoint.id().toString();
        Subject subject = new Subject("endpoint " + name, "endpoint", name);
        subject.unique(ids.add(endpoint.id()), "id");
        if (!vnis.add(endpoint.vni())) {
            throw subject.refuse("vni", "vni " + endpoint.vni() + " is configured twice");
        }
        switch (endpoint.backing()) {
            case Backing.Balancer(LoadBalancerId id) ->
                subject.known(balancerIds.contains(id), "load-balancer", "load balancer", id, balancerIds);
            case Backing.Service(EndpointServiceId id) ->
                subject.known(serviceIds.contains(id), "service", "endpoint service", id, serviceIds);
        }
        subject.known(zones.contains(endpoint.zone()), "zone", "zone", endpoint.zone(), zones);
        paths.zoneRefusal(endpoint.backing(), endpoint.zone()).ifPresent(refusal -> {
            throw subject.refuse("zone", "endpoint " + name + ": " + refusal);
        });
        paths.accountRefusal(endpoint.backing(), endpoint.account()).ifPresent(refusal -> {
            throw subject.refuse("account", "endpoint " + name + ": " + refusal);
        });
    }
}
