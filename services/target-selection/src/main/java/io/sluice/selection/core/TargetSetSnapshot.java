// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.probing.GroupVerdicts;
import io.sluice.model.probing.HealthView;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * <p>It is put together of one {@link GroupSelection} a group, and the next snapshot takes over those that still hold:
 * so it costs what changed, and little for each group that did not.
 *
 * <p><b>Threading</b>: immutable; read the reference once a batch. To make one takes up to a tenth of a second where there are
 * ten thousand targets: never on a loop that packets wait for. {@link #pick}, {@link #pickForMove}, {@link #fateOf}
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

    private final ConfigRevision revision;
    private final HealthView view;
    private final long madeAtMs;
    private final long nextStepMs;
    private final String identity;
    private final ModelLayout layout;
    private final GroupSelection[] groups;

    /** Index of each group's first target. */
    private final int[] firsts;

    private final List<TargetRef> refs;
    private final NumberedTarget[] numbered;
    private final TargetHealth[] health;
    private final boolean keepsAll;

    /** Ascending, signed; pools has the pool of each endpoint at the same place. */
    private final long[] endpointIds;

    private final TargetPool[] pools;

    private TargetSetSnapshot(
            ConfigRevision revision, HealthView view, long nowMs, @Nullable TargetSetSnapshot before) {
        this.revision = revision;
        this.view = view;
        this.madeAtMs = nowMs;
        // lists that are one object are equal at once
        layout = before != null && before.revision.model().equals(revision.model())
                ? before.layout
                : new ModelLayout(revision.model());
        groups = new GroupSelection[layout.groupCount()];
        firsts = new int[groups.length];
        int count = 0;
        long nextMs = SlowStart.NEVER;
        boolean kept = true;
        for (int place = 0; place < groups.length; place++) {
            groups[place] = group(layout.group(place), before);
            firsts[place] = count;
            count += groups[place].size();
            nextMs = Math.min(nextMs, groups[place].nextStepMs());
            kept &= groups[place].keepsAll();
        }
        nextStepMs = nextMs;
        keepsAll = kept;

        numbered = new NumberedTarget[count];
        health = new TargetHealth[count];
        TargetRef[] inOrder = new TargetRef[count];
        int index = 0;
        for (GroupSelection group : groups) {
            for (int position = 0; position < group.size(); position++) {
                numbered[index] = group.target(position);
                health[index] = group.healthOf(position);
                inOrder[index] = group.target(position).ref();
                index++;
            }
        }
        refs = Collections.unmodifiableList(Arrays.asList(inOrder));

        endpointIds = layout.endpointIds();
        pools = new TargetPool[endpointIds.length];
        for (int i = 0; i < pools.length; i++) {
            pools[i] = groups[layout.endpointGroup(i)].pool(layout.endpointZone(i));
        }
        identity = digest();
    }

    private GroupSelection group(ModelLayout.GroupUse use, @Nullable TargetSetSnapshot before) {
        GroupVerdicts verdicts = view.verdicts(use.group().id(), madeAtMs);
        int place = before == null ? -1 : before.layout.placeOf(use.group().id());
        if (before != null && place >= 0 && before.groups[place].stillHolds(use, verdicts, madeAtMs)) {
            return before.groups[place];
        }
        return new GroupSelection(use, verdicts, madeAtMs);
    }

    /**
     * The snapshot that a configuration and a view of health make at a time.
     *
     * @param nowMs milliseconds since 1970: decides which probers are gone, and how far slow starts are
     */
    public static TargetSetSnapshot of(ConfigRevision revision, HealthView view, long nowMs) {
        return new TargetSetSnapshot(revision, view, nowMs, null);
    }

    /** The same snapshot as {@link #of} makes, from this one: what still holds is not made again. */
    TargetSetSnapshot next(ConfigRevision nextRevision, HealthView nextView, long nowMs) {
        return new TargetSetSnapshot(nextRevision, nextView, nowMs, this);
    }

    /** What another configuration would make of the same health at the same time. */
    public TargetSetSnapshot supposing(ConfigRevision other) {
        return next(other, view, madeAtMs);
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
            case HEALTHY, FAIL_OPEN -> picked(endpoint, keyHash);
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
        return endpoint < 0 || pools[endpoint].outcome() != FailureDecision.Outcome.HEALTHY
                ? UNMOVED
                : picked(endpoint, keyHash);
    }

    private int picked(int endpoint, long keyHash) {
        TargetPool pool = pools[endpoint];
        return firsts[layout.endpointGroup(endpoint)]
                + pool.positions()[pool.ranking().pick(keyHash)];
    }

    /** Whether {@link #pickForMove} finds a target for flows of an endpoint. */
    public boolean canMove(long endpointId) {
        int endpoint = Arrays.binarySearch(endpointIds, endpointId);
        return endpoint >= 0 && pools[endpoint].outcome() == FailureDecision.Outcome.HEALTHY;
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
        int place = layout.placeOf(ref.group());
        if (place < 0) {
            return FlowFate.END;
        }
        GroupSelection part = groups[place];
        int position = part.positionOfAnyRegistration(ref);
        if (position >= 0) {
            return part.fateOf(position);
        }
        TargetGroup group = part.group();
        return ref.isBypass()
                ? FlowFate.ofBypass(group.failure())
                : FlowFate.ofDeparted(group.failure(), group.stickiness());
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
        GroupSelection part = groups[layout.endpointGroup(endpoint)];
        int position = part.group().id().equals(ref.group()) ? part.positionOfAnyRegistration(ref) : -1;
        if (position < 0) {
            return fateOf(ref); // gone, a bypass, or of a group that the endpoint no longer leads to
        }
        TargetPool pool = pools[endpoint];
        return FlowFate.of(pool.group().failure(), pool.group().stickiness(), pool.seen()[position].state());
    }

    /** Whether every flow of every registered or draining target is to {@linkplain FlowFate#KEEP stay} where it is. */
    public boolean keepsAll() {
        return keepsAll;
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
        int first = firsts[layout.endpointGroup(endpoint)];
        return PickExplanation.of(this, pools[endpoint], first, pick(endpointId, keyHash), keyHash);
    }

    /** 64 hex digits, equal for snapshots that decide alike. */
    public String identity() {
        return identity;
    }

    /** The configuration it is made of. */
    public ConfigRevision revision() {
        return revision;
    }

    /** Number of the configuration it is made of. */
    public long revisionNumber() {
        return revision.number();
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
        int place = layout.placeOf(ref.group());
        int position = place < 0 ? -1 : groups[place].positionOf(ref);
        return position < 0 ? -1 : firsts[place] + position;
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

    /** What each prober that probes a target from the target's own zone says of it, by node: its health is made of that. */
    public List<GroupVerdicts.Word> wordsOn(int index) {
        int place = layout.placeOf(numbered[index].ref().group());
        return groups[place].wordsOn(index - firsts[place]);
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

    /** Targets of one group, in order of index. */
    public List<TargetRef> targetsOf(TargetGroupId group) {
        int place = layout.placeOf(group);
        return place < 0 ? List.of() : refs.subList(firsts[place], firsts[place] + groups[place].size());
    }

    /** Over the digests of groups, and where endpoints lead; not the number of the configuration. */
    private String digest() {
        InputDigest digest =
                new InputDigest().put(RendezvousRanking.ALGORITHM_VERSION).put(groups.length);
        for (GroupSelection group : groups) {
            group.addTo(digest);
        }
        digest.put(endpointIds.length);
        for (int i = 0; i < endpointIds.length; i++) {
            digest.put(endpointIds[i])
                    .put(layout.endpointGroup(i))
                    .put(layout.endpointZone(i).name());
        }
        return digest.hex();
    }
}
