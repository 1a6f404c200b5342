// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Of a model what is the same whatever health says: the order of its groups and endpoints, and who leads to whom. Made once
 * a model, shared by all snapshots of it.
 *
 * <p><b>Threading</b>: immutable.
 */
final class ModelLayout {

    /**
     * A group and how it is used.
     *
     * @param group the group
     * @param user the load balancer whose listener uses it, if any
     * @param zones zones of the endpoints that lead to it
     */
    record GroupUse(TargetGroup group, @Nullable LoadBalancer user, Set<Zone> zones) {}

    /** In order of their ids. */
    private final List<GroupUse> groups = new ArrayList<>();

    private final Map<TargetGroupId, Integer> places = new HashMap<>();

    /** Ascending, signed. */
    private final long[] endpointIds;

    private final Zone[] endpointZones;

    /** By endpoint: the place of the group that it leads to. */
    private final int[] endpointGroups;

    ModelLayout(GatewayModel model) {
        Map<TargetGroupId, LoadBalancer> users = new HashMap<>();
        for (LoadBalancer balancer : model.loadBalancers()) {
            users.put(balancer.listener().targetGroup(), balancer);
        }
        List<TargetGroup> sorted = new ArrayList<>(model.targetGroups());
        sorted.sort(Comparator.comparing(TargetGroup::id));
        for (TargetGroup group : sorted) {
            places.put(group.id(), groups.size());
            groups.add(new GroupUse(group, users.get(group.id()), new TreeSet<>()));
        }
        List<Endpoint> endpoints = new ArrayList<>(model.endpoints());
        endpoints.sort(Comparator.comparingLong(e -> e.id().value()));
        endpointIds = new long[endpoints.size()];
        endpointZones = new Zone[endpoints.size()];
        endpointGroups = new int[endpoints.size()];
        EndpointPaths paths = new EndpointPaths(model);
        for (int i = 0; i < endpointIds.length; i++) {
            Endpoint endpoint = endpoints.get(i);
            // the model has checked that no reference dangles
            LoadBalancer balancer = paths.loadBalancer(endpoint).orElseThrow();
            int place = Objects.requireNonNull(places.get(balancer.listener().targetGroup()));
            endpointIds[i] = endpoint.id().value();
            endpointZones[i] = endpoint.zone();
            endpointGroups[i] = place;
            groups.get(place).zones().add(endpoint.zone());
        }
    }

    /** How many groups there are. */
    int groupCount() {
        return groups.size();
    }

    /** The group at a place: 0 for the one with the least id. */
    GroupUse group(int place) {
        return groups.get(place);
    }

    /** Place of a group, or -1. */
    int placeOf(TargetGroupId group) {
        return places.getOrDefault(group, -1);
    }

    /** 64-bit ids of all endpoints, ascending, signed; not to be changed. */
    long[] endpointIds() {
        return endpointIds;
    }

    /** Zone of an endpoint, by its position among the ids. */
    Zone endpointZone(int endpoint) {
        return endpointZones[endpoint];
    }

    /** Place of the group that an endpoint leads to. */
    int endpointGroup(int endpoint) {
        return endpointGroups[endpoint];
    }
}
