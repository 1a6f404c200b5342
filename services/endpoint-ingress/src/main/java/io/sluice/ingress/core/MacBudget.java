// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.id.TargetRef;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How many cookies of no flow each target may get wrong before none of its returns is taken on its cookie alone
 * (architecture, section 5, "Return").
 *
 * <p>A node grants a target {@value #PER_SECOND} failed MACs a second, and no more in one go; each shard has its equal part of
 * that, so that nobody shares anything and the node's sum holds whatever shards returns come to. Who exceeds it is off for
 * {@value #OFF_MS} ms in that shard, and has all of his part again afterwards: under a lasting flood a node tries
 * {@value #PER_SECOND} MACs in ten seconds for it.
 *
 * <p><b>Charged</b> is every MAC that was tried for a return that none of them fitted, so with two secrets, or two kinds of
 * stickiness in force, such a return costs two. A return that no MAC was tried for costs nothing: its flow is known, no
 * window is open, its target may hold no flows, it is an ICMP error, or the target is off.
 *
 * <p><b>Limits</b>: one budget for each index of {@link TargetDirectory}, so for registered targets alone; a registration
 * that takes over an index begins anew. <b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: when the
 * directory has grown.
 */
final class MacBudget {

    /** Failed MACs a second that a node grants a target. */
    static final int PER_SECOND = 100;

    /** How long a target is off that exceeds it. */
    static final long OFF_MS = 10_000;

    private static final long SECOND_MS = 1_000;
    /** A whole budget, in parts of a MAC: a thousandth by the number of shards. */
    private static final long FULL = PER_SECOND * SECOND_MS;

    private final TargetDirectory targets;
    private final long macCost;
    private @Nullable TargetRef[] refs = new @Nullable TargetRef[0];
    private long[] left = new long[0];
    private long[] filledAtMs = new long[0];
    private long[] offUntilMs = new long[0];
    private boolean[] exceeded = new boolean[0];
    private boolean anyExceeded;
    private long failedCount;

    /**
     * @param targets the shard's targets
     * @param shards of the node
     */
    MacBudget(TargetDirectory targets, int shards) {
        this.targets = targets;
        this.macCost = SECOND_MS * shards;
    }

    /** Whether a MAC may be tried for a target now. */
    @SuppressWarnings("ReferenceEquality") // an index keeps its very ref for as long as it stands for it
    boolean allows(int target, long nowMs) {
        if (target >= refs.length) {
            grow();
        }
        if (refs[target] != targets.ref(target)) {
            refs[target] = targets.ref(target);
            left[target] = FULL;
            filledAtMs[target] = nowMs;
            offUntilMs[target] = nowMs;
            exceeded[target] = false;
        }
        return nowMs >= offUntilMs[target];
    }

    /** Charges a target for MACs that were tried for a return and did not fit. Only after {@link #allows}. */
    void failed(int target, int macs, long nowMs) {
        failedCount += macs;
        long elapsedMs = Math.clamp(nowMs - filledAtMs[target], 0, SECOND_MS);
        filledAtMs[target] = nowMs;
        left[target] = Math.min(FULL, left[target] + elapsedMs * PER_SECOND) - macs * macCost;
        if (left[target] < macCost) {
            left[target] = FULL;
            offUntilMs[target] = nowMs + OFF_MS;
            exceeded[target] = true;
            anyExceeded = true;
        }
    }

    private void grow() {
        int size = targets.size();
        refs = Arrays.copyOf(refs, size);
        left = Arrays.copyOf(left, size);
        filledAtMs = Arrays.copyOf(filledAtMs, size);
        offUntilMs = Arrays.copyOf(offUntilMs, size);
        exceeded = Arrays.copyOf(exceeded, size);
    }

    /** Names each target that has exceeded its budget since the last call; not for the packet path. */
    void exceeded(Consumer<TargetRef> alarm) {
        if (!anyExceeded) {
            return;
        }
        anyExceeded = false;
        for (int target = 0; target < refs.length; target++) {
            TargetRef ref = refs[target];
            if (exceeded[target] && ref != null) {
                exceeded[target] = false;
                alarm.accept(ref);
            }
        }
    }

    /** MACs that were tried and did not fit. */
    long failedCount() {
        return failedCount;
    }
}
