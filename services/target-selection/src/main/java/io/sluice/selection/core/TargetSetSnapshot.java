// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.FlowOpenedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that decides where a new flow goes, made of one configuration and one view of health.
 *
 * <p>Every node makes the same snapshot of the same inputs, so a snapshot needs no number and nobody to hand it out: its
 * identity is the digest of what decides, which is the algorithm, the configuration, and the state of each target.
 *
 * <p>Targets are numbered by their order as {@link TargetRef}; a number means something in this snapshot only. Numbered
 * are the registered targets of all groups, used or not. An endpoint leads to its load balancer's group, and there to
 * the targets of the endpoint's zone (cross-zone off) that {@link FailureDecision} lets through.
 *
 * <p><b>Threading</b>: immutable; read the reference once a batch. {@link #pick} and the accessors by index allocate
 * nothing.
 */
public final class TargetSetSnapshot {

    /** The endpoint's zone has no registered target (T3d). */
    public static final int NO_TARGET = FlowOpenedBatch.NO_TARGET;

    /** No such endpoint in this configuration. */
    public static final int UNKNOWN_ENDPOINT = -3;

    private record Registered(TargetRef ref, Target target, TargetGroup group) {}

    /** What all endpoints of one load balancer in one zone share. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
    private record Pool(
            Zone zone,
            TargetGroup group,
            long tcpIdleTimeoutMs,
            FailureDecision.Outcome outcome,
            RendezvousRanking ranking,
            int[] indexes) {}

    private record PoolKey(LoadBalancerId loadBalancer, Zone zone) {}

    private final long revisionNumber;
    private final String identity;
    private final List<TargetRef> refs;
    private final Registered[] registered;
    private final TargetHealth[] health;

    /** Ascending, signed; pools has the pool of each endpoint at the same place. */
    private final long[] endpointIds;

    private final Pool[] pools;

    private TargetSetSnapshot(ConfigRevision revision, HealthView view) {
        revisionNumber = revision.number();

        Map<TargetGroupId, LoadBalancer> users = new HashMap<>();
        Map<LoadBalancerId, LoadBalancer> balancers = new HashMap<>();
        for (LoadBalancer balancer : revision.model().loadBalancers()) {
            users.put(balancer.listener().targetGroup(), balancer);
            balancers.put(balancer.id(), balancer);
        }
        Map<TargetGroupId, TargetGroup> groups = new HashMap<>();
        List<Registered> all = new ArrayList<>();
        for (TargetGroup group : revision.model().targetGroups()) {
            groups.put(group.id(), group);
            for (Target target : group.targets()) {
                all.add(new Registered(new TargetRef(group.id(), target.id(), target.registration()), target, group));
            }
        }
        all.sort(Comparator.comparing(Registered::ref));
        registered = all.toArray(Registered[]::new);
        refs = all.stream().map(Registered::ref).toList();

        health = new TargetHealth[registered.length];
        Map<TargetGroupId, List<FailureDecision.Candidate>> candidates = new HashMap<>();
        for (int index = 0; index < registered.length; index++) {
            Registered entry = registered[index];
            Zone zone = entry.target().zone();
            LoadBalancer user = users.get(entry.group().id());
            health[index] = user != null && user.zones().contains(zone)
                    ? view.health(entry.ref(), zone)
                    : new TargetHealth(entry.ref(), zone, HealthState.UNUSED, HealthReason.NOT_IN_USE, 0);
            candidates
                    .computeIfAbsent(entry.group().id(), _ -> new ArrayList<>())
                    .add(new FailureDecision.Candidate(index, zone, health[index].state()));
        }

        List<Endpoint> endpoints = new ArrayList<>(revision.model().endpoints());
        endpoints.sort(Comparator.comparingLong(e -> e.id().value()));
        endpointIds = new long[endpoints.size()];
        pools = new Pool[endpoints.size()];
        Map<PoolKey, Pool> shared = new HashMap<>();
        for (int i = 0; i < pools.length; i++) {
            Endpoint endpoint = endpoints.get(i);
            endpointIds[i] = endpoint.id().value();
            // the model has checked that neither reference dangles
            Listener listener = Objects.requireNonNull(balancers.get(endpoint.loadBalancer()))
                    .listener();
            TargetGroup group = Objects.requireNonNull(groups.get(listener.targetGroup()));
            pools[i] = shared.computeIfAbsent(
                    new PoolKey(endpoint.loadBalancer(), endpoint.zone()),
                    key -> pool(listener, group, key.zone(), candidates.getOrDefault(group.id(), List.of())));
        }
        identity = digest();
    }

    /** The snapshot that a configuration and a view of health make. */
    public static TargetSetSnapshot of(ConfigRevision revision, HealthView view) {
        return new TargetSetSnapshot(revision, view);
    }

    /**
     * The target that gets a new flow.
     *
     * @param endpointId 64-bit id of the endpoint that the flow entered
     * @param keyHash 64-bit hash of the flow's key
     * @return an index into {@link #targets()}, {@link #NO_TARGET} or {@link #UNKNOWN_ENDPOINT}
     */
    public int pick(long endpointId, long keyHash) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        if (endpoint < 0) {
            return UNKNOWN_ENDPOINT;
        }
        Pool pool = pools[endpoint];
        int position = pool.ranking.pick(keyHash);
        return position < 0 ? NO_TARGET : pool.indexes[position];
    }

    /** 64 hex digits, equal for snapshots that decide alike. */
    public String identity() {
        return identity;
    }

    /** Number of the configuration it is made of. */
    public long revisionNumber() {
        return revisionNumber;
    }

    /** Registered targets of all groups, in order of index. */
    public List<TargetRef> targets() {
        return refs;
    }

    /** How many there are. */
    public int targetCount() {
        return registered.length;
    }

    /** Index of a target, or a negative number where it is not registered (any more). */
    public int indexOf(TargetRef ref) {
        return Collections.binarySearch(refs, ref);
    }

    /** The target at an index. */
    public TargetRef targetRef(int index) {
        return registered[index].ref;
    }

    /** Its address, port, zone and weight. */
    public Target target(int index) {
        return registered[index].target;
    }

    /** Its group. */
    public TargetGroup groupOf(int index) {
        return registered[index].group;
    }

    /** Its state, seen from its own zone; unused where no listener or enabled zone leads to it (H-6). */
    public TargetHealth healthOf(int index) {
        return health[index];
    }

    /** Position of an endpoint for the accessors below, or {@link #UNKNOWN_ENDPOINT}. */
    public int endpointIndex(long endpointId) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        return endpoint < 0 ? UNKNOWN_ENDPOINT : endpoint;
    }

    /** How many endpoints there are. */
    public int endpointCount() {
        return endpointIds.length;
    }

    /** 64-bit id of an endpoint; ids ascend with the index. */
    public long endpointId(int endpointIndex) {
        return endpointIds[endpointIndex];
    }

    /** What identifies a new flow of this endpoint (F-7). */
    public Stickiness stickiness(int endpointIndex) {
        return pools[endpointIndex].group.stickiness();
    }

    /** How long a silent TCP flow of this endpoint lives; the default unless the group uses 5-tuples (F-10, F-11). */
    public long tcpIdleTimeoutMs(int endpointIndex) {
        return pools[endpointIndex].tcpIdleTimeoutMs;
    }

    /** Where this endpoint's flows go. */
    public TargetGroup groupOfEndpoint(int endpointIndex) {
        return pools[endpointIndex].group;
    }

    /** What this endpoint's zone does with new flows. */
    public FailureDecision.Outcome outcome(int endpointIndex) {
        return pools[endpointIndex].outcome;
    }

    private Pool pool(Listener listener, TargetGroup group, Zone zone, List<FailureDecision.Candidate> candidates) {
        FailureDecision decision = FailureDecision.decide(zone, candidates);
        int count = decision.eligible().size();
        int[] indexes = new int[count];
        long[] fingerprints = new long[count];
        int[] weights = new int[count];
        for (int i = 0; i < count; i++) {
            int index = decision.eligible().get(i).targetIndex();
            indexes[i] = index;
            fingerprints[i] = RendezvousRanking.fingerprint(group.id(), registered[index].target.id());
            weights[i] = registered[index].target.weight();
        }
        long tcpIdleTimeoutMs = group.stickiness() == Stickiness.FIVE_TUPLE
                ? listener.tcpIdleTimeoutMs()
                : Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS;
        return new Pool(
                zone,
                group,
                tcpIdleTimeoutMs,
                decision.outcome(),
                new RendezvousRanking(fingerprints, weights),
                indexes);
    }

    /** Over what decides: not when or why a state began, nor the number of the configuration. */
    private String digest() {
        InputDigest digest =
                new InputDigest().put(RendezvousRanking.ALGORITHM_VERSION).put(registered.length);
        for (int i = 0; i < registered.length; i++) {
            Target target = registered[i].target;
            digest.put(registered[i].group.id().name())
                    .put(target.id().value())
                    .put(target.registration())
                    .put(target.address().bits())
                    .put(target.port())
                    .put(target.zone().name())
                    .put(target.weight())
                    .put(health[i].state().text());
        }
        for (int i = 0; i < pools.length; i++) {
            digest.put(endpointIds[i])
                    .put(pools[i].zone.name())
                    .put(pools[i].group.id().name())
                    .put(pools[i].group.stickiness().code())
                    .put(pools[i].tcpIdleTimeoutMs);
        }
        return digest.hex();
    }
}
