// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
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
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that decides where a new flow goes and whether an existing one stays, made of one configuration, one view
 * of health, and the time.
 *
 * <p>Every node makes the same snapshot of the same inputs, so a snapshot needs no number and nobody to hand it out:
 * its identity is the digest of what decides, which is the algorithm, the configuration, the state of each target, and
 * the step of each that starts slowly.
 *
 * <p>Targets are numbered by their order as {@link TargetRef}; a number means something in this snapshot only. Numbered
 * are the targets of all groups, used or not, draining ones included: a draining target keeps its flows and is never
 * picked (T18). An endpoint leads to its load balancer's group (E-2), and there to the targets of its zone, or with
 * cross-zone on of every enabled zone, that {@link FailureDecision} lets through, by their health as seen from the
 * endpoint's zone.
 *
 * <p><b>Threading</b>: immutable; read the reference once a batch. {@link #pick}, {@link #pickForMove}, {@link #fateOf}
 * and the accessors by index allocate nothing. <b>Complexity</b>: a pick is one binary search of the endpoints and a
 * ranking of the eligible targets; a fate is one binary search of the targets.
 */
public final class TargetSetSnapshot {

    /** The endpoint's zone has no registered target (T3d). */
    public static final int NO_TARGET = FlowOpenedBatch.NO_TARGET;

    /** No such endpoint in this configuration. */
    public static final int UNKNOWN_ENDPOINT = -3;

    /** No target is healthy, and the group drops new flows then ({@code fail-open: drop}). */
    public static final int DROPPED = FlowOpenedBatch.DROPPED;

    /** No target is healthy, so a flow that would move stays where it is (T10). */
    public static final int UNMOVED = FlowOpenedBatch.UNMOVED;

    /** No target is healthy, and the group delivers new flows uninspected then: to {@link #bypassRef}. */
    public static final int BYPASS = -6;

    private record PoolKey(LoadBalancerId loadBalancer, Zone zone) {}

    private final long revisionNumber;
    private final long nextStepMs;
    private final String identity;
    private final List<TargetRef> refs;
    private final NumberedTarget[] numbered;
    private final TargetHealth[] health;
    private final FlowFate[] fates;
    private final Map<TargetGroupId, TargetGroup> groups;

    /** Ascending, signed; pools has the pool of each endpoint at the same place. */
    private final long[] endpointIds;

    private final TargetPool[] pools;

    private TargetSetSnapshot(ConfigRevision revision, HealthView view, long nowMs) {
        revisionNumber = revision.number();

        Map<TargetGroupId, LoadBalancer> users = new HashMap<>();
        for (LoadBalancer balancer : revision.model().loadBalancers()) {
            users.put(balancer.listener().targetGroup(), balancer);
        }
        groups = new HashMap<>();
        List<NumberedTarget> all = new ArrayList<>();
        for (TargetGroup group : revision.model().targetGroups()) {
            groups.put(group.id(), group);
            for (Target target : group.targets()) {
                all.add(new NumberedTarget(
                        new TargetRef(group.id(), target.id(), target.registration()), target, group));
            }
        }
        all.sort(Comparator.comparing(NumberedTarget::ref));
        numbered = all.toArray(NumberedTarget[]::new);
        refs = all.stream().map(NumberedTarget::ref).toList();

        TargetSight sight = new TargetSight(view, nowMs);
        health = new TargetHealth[numbered.length];
        fates = new FlowFate[numbered.length];
        for (int index = 0; index < numbered.length; index++) {
            NumberedTarget entry = numbered[index];
            health[index] = sight.shown(entry, users.get(entry.group().id()));
            fates[index] = FlowFate.of(entry.group().failure(), entry.group().stickiness(), health[index].state());
        }

        List<Endpoint> endpoints = new ArrayList<>(revision.model().endpoints());
        endpoints.sort(Comparator.comparingLong(e -> e.id().value()));
        endpointIds = new long[endpoints.size()];
        pools = new TargetPool[endpoints.size()];
        EndpointPaths paths = new EndpointPaths(revision.model());
        Map<PoolKey, TargetPool> shared = new LinkedHashMap<>();
        for (int i = 0; i < pools.length; i++) {
            Endpoint endpoint = endpoints.get(i);
            endpointIds[i] = endpoint.id().value();
            // the model has checked that no reference dangles
            LoadBalancer balancer = paths.loadBalancer(endpoint).orElseThrow();
            pools[i] = shared.computeIfAbsent(
                    new PoolKey(balancer.id(), endpoint.zone()), key -> pool(balancer, key.zone(), sight));
        }
        nextStepMs =
                shared.values().stream().mapToLong(TargetPool::nextStepMs).min().orElse(SlowStart.NEVER);
        identity = digest(List.copyOf(shared.values()));
    }

    /**
     * The snapshot that a configuration and a view of health make at a time.
     *
     * @param nowMs milliseconds since 1970: decides which probers are gone, and how far slow starts are
     */
    public static TargetSetSnapshot of(ConfigRevision revision, HealthView view, long nowMs) {
        return new TargetSetSnapshot(revision, view, nowMs);
    }

    /**
     * The target that gets a new flow.
     *
     * @param endpointId 64-bit id of the endpoint that the flow entered
     * @param keyHash 64-bit hash of the flow's key
     * @return an index into {@link #targets()}, {@link #NO_TARGET}, {@link #DROPPED}, {@link #BYPASS} or {@link
     *     #UNKNOWN_ENDPOINT}
     */
    public int pick(long endpointId, long keyHash) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        if (endpoint < 0) {
            return UNKNOWN_ENDPOINT;
        }
        TargetPool pool = pools[endpoint];
        return switch (pool.outcome()) {
            case HEALTHY, FAIL_OPEN -> pool.indexes()[pool.ranking().pick(keyHash)];
            case NO_TARGET -> NO_TARGET;
            case DROP -> DROPPED;
            case BYPASS -> BYPASS;
        };
    }

    /**
     * The healthy target that gets a flow which leaves its own (T5, T6): never one picked by failing open.
     *
     * <p>It may be the flow's own target where another zone than the flow's calls that unhealthy.
     *
     * @param endpointId 64-bit id of the endpoint that the flow entered
     * @param keyHash 64-bit hash of the flow's key
     * @return an index into {@link #targets()}; {@link #UNMOVED} where no target is healthy (T10) or the endpoint is
     *     unknown
     */
    public int pickForMove(long endpointId, long keyHash) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        if (endpoint < 0 || pools[endpoint].outcome() != FailureDecision.Outcome.HEALTHY) {
            return UNMOVED;
        }
        TargetPool pool = pools[endpoint];
        return pool.indexes()[pool.ranking().pick(keyHash)];
    }

    /**
     * What new flows of an endpoint are pinned to where {@link #pick} answers {@link #BYPASS}.
     *
     * @throws IllegalArgumentException where the endpoint is unknown: ask {@link #pick} first
     */
    public TargetRef bypassRef(long endpointId) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        if (endpoint < 0) {
            throw new IllegalArgumentException("endpoint %016x is not in this snapshot".formatted(endpointId));
        }
        return pools[endpoint].bypass();
    }

    /**
     * What becomes of flows that are pinned to a target, wherever they entered (T4-T7, T12-T14, T20, T22).
     *
     * <p>By the target's health as {@link #healthOf} has it while it is registered or drains; by the policy for
     * departed targets once it is gone; {@link FlowFate#END} where its group is gone. A target that was registered
     * again under another incarnation is the same appliance, its flows were never moved (T20), so the newer
     * registration's health decides. A group that no listener uses any more keeps its flows (T22). What bypasses is
     * where no healthy target was: {@link FlowFate#ofBypass}.
     */
    public FlowFate fateOf(TargetRef ref) {
        int index = indexOf(ref);
        if (index >= 0) {
            return fates[index];
        }
        TargetGroup group = groups.get(ref.group());
        if (group == null) {
            return FlowFate.END;
        }
        if (ref.isBypass()) {
            return FlowFate.ofBypass(group.failure());
        }
        int successor = successor(ref, -index - 1);
        return successor >= 0 ? fates[successor] : FlowFate.ofDeparted(group.failure(), group.stickiness());
    }

    /**
     * The same for flows of one endpoint: by the target's health as seen from the endpoint's zone (F-34), and
     * {@link FlowFate#END} where the endpoint is gone, as it is when its load balancer was deleted (T22).
     */
    public FlowFate fateOf(TargetRef ref, long endpointId) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        if (endpoint < 0) {
            return FlowFate.END;
        }
        TargetPool pool = pools[endpoint];
        int found = indexOf(ref);
        int index = found >= 0 ? found : successor(ref, -found - 1);
        int position = index - pool.firstIndex();
        if (index < 0 || position < 0 || position >= pool.seen().length) {
            return fateOf(ref); // gone, a bypass, or of a group that the endpoint no longer leads to
        }
        return FlowFate.of(pool.group().failure(), pool.group().stickiness(), pool.seen()[position].state());
    }

    /**
     * Why {@link #pick} answers what it answers: the same pool, the same ranking, the same scores, with everything said
     * of every target of the group.
     *
     * @param endpointId as for {@link #pick}
     * @param keyHash as for {@link #pick}
     * @throws IllegalArgumentException where the endpoint is unknown: {@link #endpointIndex} says so
     */
    public PickExplanation explain(long endpointId, long keyHash) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        if (endpoint < 0) {
            throw new IllegalArgumentException("endpoint %016x is not in this snapshot".formatted(endpointId));
        }
        return PickExplanation.of(this, pools[endpoint], pick(endpointId, keyHash), keyHash);
    }

    /** 64 hex digits, equal for snapshots that decide alike. */
    public String identity() {
        return identity;
    }

    /** Number of the configuration it is made of. */
    public long revisionNumber() {
        return revisionNumber;
    }

    /** When a target that starts slowly gets more, milliseconds since 1970: this snapshot is outdated from then on. */
    long nextStepMs() {
        return nextStepMs;
    }

    /** Targets of all groups, draining ones included, in order of index. */
    public List<TargetRef> targets() {
        return refs;
    }

    /** How many there are. */
    public int targetCount() {
        return numbered.length;
    }

    /** Index of a target, or a negative number where it is neither registered nor draining. */
    public int indexOf(TargetRef ref) {
        return Collections.binarySearch(refs, ref);
    }

    /** The target at an index. */
    public TargetRef targetRef(int index) {
        return numbered[index].ref();
    }

    /** Its address, port, zone and weight. */
    public Target target(int index) {
        return numbered[index].target();
    }

    /** Its group. */
    public TargetGroup groupOf(int index) {
        return numbered[index].group();
    }

    /**
     * Its state, seen from its own zone: draining while its delay runs, whatever its checks say (T17, T19); unused
     * where no listener or enabled zone leads to it (H-6).
     */
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
        return pools[endpointIndex].group().stickiness();
    }

    /** How long a silent TCP flow of this endpoint lives; the default unless the group uses 5-tuples (F-10, F-11). */
    public long tcpIdleTimeoutMs(int endpointIndex) {
        return pools[endpointIndex].tcpIdleTimeoutMs();
    }

    /** Where this endpoint's flows go. */
    public TargetGroup groupOfEndpoint(int endpointIndex) {
        return pools[endpointIndex].group();
    }

    /** What this endpoint's zone does with new flows. */
    public FailureDecision.Outcome outcome(int endpointIndex) {
        return pools[endpointIndex].outcome();
    }

    /** Index of the same target under another registration, or a negative number. */
    private int successor(TargetRef ref, int insertionPoint) {
        // sorted by group, id, registration, and an id is in a group once: it can only be a neighbour
        if (isSameTarget(ref, insertionPoint)) {
            return insertionPoint;
        }
        return isSameTarget(ref, insertionPoint - 1) ? insertionPoint - 1 : -1;
    }

    private boolean isSameTarget(TargetRef ref, int index) {
        return index >= 0
                && index < numbered.length
                && numbered[index].ref().group().equals(ref.group())
                && numbered[index].ref().id().equals(ref.id());
    }

    private TargetPool pool(LoadBalancer balancer, Zone zone, TargetSight sight) {
        TargetGroup group =
                Objects.requireNonNull(groups.get(balancer.listener().targetGroup()));
        int first = 0;
        while (first < numbered.length && !numbered[first].ref().group().equals(group.id())) {
            first++;
        }
        int end = first + group.targets().size(); // sorted by group first
        return TargetPool.of(
                balancer,
                group,
                zone,
                first,
                Arrays.asList(numbered).subList(first, end),
                Arrays.asList(health).subList(first, end),
                sight);
    }

    /** Over what decides: not when or why a state began, nor the number of the configuration. */
    private String digest(List<TargetPool> distinctPools) {
        InputDigest digest =
                new InputDigest().put(RendezvousRanking.ALGORITHM_VERSION).put(groups.size());
        groups.keySet().stream().sorted().forEach(id -> {
            TargetGroup group = Objects.requireNonNull(groups.get(id));
            digest.put(id.name())
                    .put(group.stickiness().code())
                    .put(group.failure().failover().name())
                    .put(group.failure().resetOnUnhealthy() ? 1 : 0)
                    .put(group.failure().resetOnDeregistration() ? 1 : 0)
                    .put(group.failure().failOpen().text())
                    .put(group.slowStartMs());
        });
        digest.put(numbered.length);
        for (int i = 0; i < numbered.length; i++) {
            Target target = numbered[i].target();
            digest.put(numbered[i].group().id().name())
                    .put(target.id().value())
                    .put(target.registration())
                    .put(target.address().bits())
                    .put(target.port())
                    .put(target.zone().name())
                    .put(target.weight())
                    .put(health[i].state().text());
        }
        IdentityHashMap<TargetPool, Integer> numbers = new IdentityHashMap<>();
        digest.put(distinctPools.size());
        for (TargetPool pool : distinctPools) {
            numbers.put(pool, numbers.size());
            pool.addTo(digest);
        }
        for (int i = 0; i < pools.length; i++) {
            digest.put(endpointIds[i]).put(Objects.requireNonNull(numbers.get(pools[i])));
        }
        return digest.hex();
    }
}
