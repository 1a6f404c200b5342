// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.HealthChanged;
import io.sluice.selection.core.SelectionInputs;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides a flow on this node alone, when the authority does not answer in time (architecture, section 5, miss 4).
 *
 * <p>Runs the very selection the authority runs, on the inputs this node last heard: so with equal inputs the pick is
 * the same. The entry is provisional until the authority has acknowledged it.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. Allocates: it runs once a flow, while the authority is gone.
 */
public final class LocalDecider {

    private final SelectionInputs inputs;
    private final FlowCookies cookies;
    private final LongSupplier wallClockMs;

    /**
     * @param initial configuration to start with; every target is initial until health is heard
     * @param cookies issues cookies with this node's master secret
     * @param wallClockMs milliseconds since 1970
     */
    public LocalDecider(ConfigRevision initial, FlowCookies cookies, LongSupplier wallClockMs) {
        this.inputs = new SelectionInputs(initial);
        this.cookies = cookies;
        this.wallClockMs = wallClockMs;
    }

    /**
     * Takes a configuration.
     *
     * @return whether it is news
     */
    public boolean accept(ConfigRevision revision) {
        return inputs.accept(revision);
    }

    /** Takes a prober's report. */
    public void accept(HealthChanged report) {
        inputs.accept(report, wallClockMs.getAsLong());
    }

    /**
     * What this node would answer.
     *
     * @param target the pick
     * @param flowCookie its cookie
     * @param createdAtMs its creation, milliseconds since 1970
     */
    record Decision(TargetRef target, int flowCookie, long createdAtMs) {}

    /**
     * Decides about the flow of a key; null when there is nothing to pick (T3d).
     *
     * @param key the six words of the flow's key
     * @param previousCookie cookie of the flow of the same key that ended just before, 0 where there was none: the new
     *     one differs (W-17)
     */
    @Nullable
    Decision decide(long[] key, int previousCookie) {
        TargetSetSnapshot snapshot = inputs.snapshot();
        int pick = snapshot.pick(key[FlowKey.ENDPOINT_WORD], FlowHasher.rankingHash(key, 0));
        if (pick < 0) {
            return null;
        }
        TargetRef target = snapshot.targetRef(pick);
        long createdAtMs = wallClockMs.getAsLong();
        long slot = FlowCookies.slot(createdAtMs);
        int cookie = cookies.issue(key, 0, target, createdAtMs, slot);
        if (cookie == previousCookie) {
            cookie = cookies.issue(key, 0, target, createdAtMs, slot + 1);
        }
        return new Decision(target, cookie, createdAtMs);
    }
}
