// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Zone;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the endpoints of a model lead, and what they may carry there: through a service to one load balancer in each zone
 * (E-2), or to a load balancer at once.
 *
 * <p><b>Threading</b>: immutable. <b>Complexity</b>: an answer is two look-ups, and a pass of a service's load balancers.
 */
public final class EndpointPaths {

    private final Map<LoadBalancerId, LoadBalancer> balancers = new HashMap<>();
    private final Map<EndpointServiceId, EndpointService> services = new HashMap<>();

    /** The paths of a model. */
    public EndpointPaths(GatewayModel model) {
        this(model.loadBalancers(), model.endpointServices());
    }

    /** Paths among these alone, of which some may refer to others that are not there. */
    public EndpointPaths(List<LoadBalancer> balancers, List<EndpointService> services) {
        balancers.forEach(balancer -> this.balancers.put(balancer.id(), balancer));
        services.forEach(service -> this.services.put(service.id(), service));
    }

    /** The load balancer of an endpoint; always there where the endpoint is of the model. */
    public Optional<LoadBalancer> loadBalancer(Endpoint endpoint) {
        return switch (endpoint.backing()) {
            case Backing.Balancer(LoadBalancerId id) -> Optional.ofNullable(balancers.get(id));
            case Backing.Service(EndpointServiceId id) ->
                Optional.ofNullable(services.get(id)).flatMap(service -> in(service, endpoint.zone()));
        };
    }

    private Optional<LoadBalancer> in(EndpointService service, Zone zone) {
        return service.loadBalancers().stream()
                .map(balancers::get)
                .filter(balancer -> balancer != null && balancer.zones().contains(zone))
                .findFirst();
    }

    /** The service of an endpoint; empty where it leads to a load balancer at once. */
    public Optional<EndpointService> service(Endpoint endpoint) {
        return endpoint.backing() instanceof Backing.Service(EndpointServiceId id)
                ? Optional.ofNullable(services.get(id))
                : Optional.empty();
    }

    /** Zones that a service is there in, in the order of its load balancers (E-1). */
    public Set<Zone> zones(EndpointService service) {
        Set<Zone> zones = new LinkedHashSet<>();
        for (LoadBalancerId id : service.loadBalancers()) {
            LoadBalancer balancer = balancers.get(id);
            if (balancer != null) {
                zones.addAll(balancer.zones());
            }
        }
        return zones;
    }

    /** What is wrong with an endpoint's zone (E-7); empty too where that cannot be said, as a reference leads nowhere. */
    public Optional<String> zoneRefusal(Backing backing, Zone zone) {
        Set<Zone> there = new LinkedHashSet<>();
        String refusal = switch (backing) {
            case Backing.Balancer(LoadBalancerId id) -> {
                LoadBalancer balancer = balancers.get(id);
                there.addAll(balancer == null ? List.of(zone) : balancer.zones());
                yield "load balancer " + id + " is not enabled in zone " + zone;
            }
            case Backing.Service(EndpointServiceId id) -> {
                EndpointService service = services.get(id);
                there.addAll(
                        service != null && balancers.keySet().containsAll(service.loadBalancers())
                                ? zones(service)
                                : List.of(zone));
                yield "endpoint service " + id + " does not support the availability zone " + zone + " (E-7)";
            }
        };
        return there.contains(zone)
                ? Optional.empty()
                : Optional.of(refusal + ": expected one of "
                        + there.stream().map(Zone::name).collect(Collectors.joining(", ")));
    }

    /** What is wrong with an endpoint's account (E-5); empty too where that cannot be said. */
    public Optional<String> accountRefusal(Backing backing, String account) {
        return backing instanceof Backing.Service(EndpointServiceId id)
                ? Optional.ofNullable(services.get(id))
                        .filter(service -> !service.admits(account))
                        .map(service -> service.refusalOf(account))
                : Optional.empty();
    }

    /** What is decided about an endpoint; never {@link Admission#UNDECIDED}. */
    public Admission admission(Endpoint endpoint) {
        return endpoint.admission() == Admission.UNDECIDED
                ? service(endpoint).map(EndpointService::firstAdmission).orElse(Admission.ACCEPTED)
                : endpoint.admission();
    }

    /** Whether IPv6 passes: where the endpoint, its service and its load balancer all take it (E-9). */
    public boolean takesIpv6(Endpoint endpoint) {
        return endpoint.ipAddressType() == IpAddressType.DUALSTACK
                && service(endpoint)
                        .map(service -> service.ipAddressTypes() == IpAddressType.DUALSTACK)
                        .orElse(true)
                && loadBalancer(endpoint)
                        .map(balancer -> balancer.ipAddressType() == IpAddressType.DUALSTACK)
                        .orElse(false);
    }
}
