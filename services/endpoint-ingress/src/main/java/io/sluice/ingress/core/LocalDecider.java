// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.TargetRef;
import io.sluice.model.metric.DropReason;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Decides a flow on this node alone, when the authority does not answer in time (architecture, section 5, miss 4).
 *
 * <p>Runs the very selection the authority runs, on the inputs this node last heard: so with equal inputs the pick is
 * the same. The entry is provisional until the authority has acknowledged it. Snapshots are made elsewhere and only taken here:
 * packets wait for this loop.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. Allocates: it runs once a flow, while the authority is gone.
 */
public final class LocalDecider {

    /** What a newer snapshot brings. */
    public enum News {
        /** It is the one at hand. */
        NONE,
        /** Other health, or a step of a slow start. */
        HEALTH,
        /** Another configuration, whatever else. */
        CONFIGURATION
    }

    private final Supplier<TargetSetSnapshot> newest;
    private final FlowCookies cookies;
    private final LongSupplier wallClockMs;
    private TargetSetSnapshot snapshot;

    /**
     * @param newest the newest snapshot of the process; from any thread
     * @param cookies issues cookies with this node's master secret
     * @param wallClockMs milliseconds since 1970 of a clock that never goes back
     */
    public LocalDecider(Supplier<TargetSetSnapshot> newest, FlowCookies cookies, LongSupplier wallClockMs) {
        this.newest = newest;
        this.cookies = cookies;
        this.wallClockMs = wallClockMs;
        this.snapshot = newest.get();
    }

    /** Takes the newest snapshot, and says what it brings. */
    public News refresh() {
        TargetSetSnapshot before = snapshot;
        snapshot = newest.get();
        if (snapshot.equals(before)) {
            return News.NONE;
        }
        return snapshot.revision().equals(before.revision()) ? News.HEALTH : News.CONFIGURATION;
    }

    /** The one at hand: what this shard decides by, until it takes another. */
    public TargetSetSnapshot snapshot() {
        return snapshot;
    }

    /** The configuration of that. */
    public GatewayModel model() {
        return snapshot.revision().model();
    }

    /** What this node would answer. */
    sealed interface Answer permits Decision, Refusal {}

    /**
     * A pick.
     *
     * @param target the pick
     * @param flowCookie its cookie
     * @param createdAtMs its creation, milliseconds since 1970
     */
    record Decision(TargetRef target, int flowCookie, long createdAtMs) implements Answer {}

    /**
     * No pick.
     *
     * @param reason why its packets are dropped; a flow that was to move stays
     */
    record Refusal(DropReason reason) implements Answer {}

    /**
     * Decides about the flow of a key.
     *
     * @param key the six words of the flow's key
     * @param previousCookie cookie that the flow has, or that the flow of the same key had that ended just before, 0 where
     *     there was none: the new one differs (W-17, T9)
     * @param moves whether it leaves a target, so that only a healthy one will do (T10)
     */
    Answer decide(long[] key, int previousCookie, boolean moves) {
        long endpointId = key[FlowKey.ENDPOINT_WORD];
        long rankingHash = FlowHasher.rankingHash(key, 0);
        int pick = moves ? snapshot.pickForMove(endpointId, rankingHash) : snapshot.pick(endpointId, rankingHash);
        if (pick < 0 && pick != TargetSetSnapshot.BYPASS) {
            return new Refusal(pick == TargetSetSnapshot.DROPPED ? DropReason.FAIL_OPEN_DROP : DropReason.NO_TARGET);
        }
        TargetRef target = pick == TargetSetSnapshot.BYPASS ? snapshot.bypassRef(endpointId) : snapshot.targetRef(pick);
        long createdAtMs = wallClockMs.getAsLong();
        return new Decision(target, cookies.next(key, 0, target, createdAtMs, previousCookie), createdAtMs);
    }
}
