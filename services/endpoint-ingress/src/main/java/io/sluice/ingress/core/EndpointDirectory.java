// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.config.Admission;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of this node by VNI and by id: two open-addressed tables, at most half full. Immutable.
 *
 * <p>Only endpoints whose zone is served by this node are here (AZ affinity): a packet for another is dropped as unknown.
 */
public final class EndpointDirectory {

    private final @Nullable EndpointEntry[] byVni;
    private final @Nullable EndpointEntry[] byId;
    private final List<EndpointEntry> entries;

    /**
     * @param model the configuration
     * @param zonesServed zones this node has an appliance-side address in; the index in this list is the zone index
     * @param quotas flows endpoints may have in this shard
     * @param hasher the shard's hash
     * @param before what this one replaces, or null
     * @param nowMs the shard's clock
     */
    EndpointDirectory(
            GatewayModel model,
            List<Zone> zonesServed,
            FlowQuotas quotas,
            FlowHasher hasher,
            @Nullable EndpointDirectory before,
            long nowMs) {
        int size = Integer.highestOneBit(Math.max(4, model.endpoints().size())) * 4;
        byVni = new @Nullable EndpointEntry[size];
        byId = new @Nullable EndpointEntry[size];
        EndpointPaths paths = new EndpointPaths(model);
        Map<TargetGroupId, TargetGroup> groups = new HashMap<>();
        model.targetGroups().forEach(group -> groups.put(group.id(), group));
        List<EndpointEntry> all = new ArrayList<>();
        for (Endpoint endpoint : model.endpoints()) {
            int zoneIndex = zonesServed.indexOf(endpoint.zone());
            Optional<LoadBalancer> balancer = paths.loadBalancer(endpoint);
            Optional<TargetGroup> group =
                    balancer.map(b -> groups.get(b.listener().targetGroup()));
            if (zoneIndex < 0 || balancer.isEmpty() || group.isEmpty()) {
                continue;
            }
            EndpointEntry entry = EndpointEntry.of(
                    new EndpointEntry.Source(
                            all.size(),
                            endpoint,
                            zoneIndex,
                            balancer.get(),
                            group.get(),
                            paths.takesIpv6(endpoint),
                            paths.admission(endpoint) == Admission.ACCEPTED),
                    quotas,
                    hasher,
                    before == null ? null : before.byId(endpoint.id().value()),
                    nowMs);
            all.add(entry);
            put(byVni, entry, mix(entry.vni));
            put(byId, entry, mix(entry.id));
        }
        entries = List.copyOf(all);
    }

    /** All of them, by {@link EndpointEntry#index}. */
    List<EndpointEntry> entries() {
        return entries;
    }

    private static void put(@Nullable EndpointEntry[] table, EndpointEntry entry, int hash) {
        int at = hash & (table.length - 1);
        while (table[at] != null) {
            at = (at + 1) & (table.length - 1);
        }
        table[at] = entry;
    }

    /** The endpoint of a VNI, or null. */
    @Nullable
    EndpointEntry byVni(int vni) {
        int at = mix(vni) & (byVni.length - 1);
        for (EndpointEntry entry = byVni[at]; entry != null; entry = byVni[at]) {
            if (entry.vni == vni) {
                return entry;
            }
            at = (at + 1) & (byVni.length - 1);
        }
        return null;
    }

    /** The endpoint of an id, or null. */
    @Nullable
    EndpointEntry byId(long id) {
        int at = mix(id) & (byId.length - 1);
        for (EndpointEntry entry = byId[at]; entry != null; entry = byId[at]) {
            if (entry.id == id) {
                return entry;
            }
            at = (at + 1) & (byId.length - 1);
        }
        return null;
    }

    private static int mix(long value) {
        long h = value * 0x9E37_79B9_7F4A_7C15L;
        return (int) (h ^ h >>> 32);
    }
}
