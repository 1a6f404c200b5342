// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.id.TargetRef;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How many cookies of no flow each target may get wrong before none of its returns is taken on its cookie alone
 * (architecture, section 5, "Return"): one shard's view of the {@link MacAccount}s of its node.
 *
 * <p>The shards of a node charge one account, so that what a target may get wrong is the same however many there are, and
 * whichever its returns come to.
 *
 * <p><b>Charged</b> is every MAC that was tried for a return that none of them fitted, so with two secrets, or two kinds of
 * stickiness in force, such a return costs two. A return that no MAC was tried for costs nothing: its flow is known, no
 * window is open, its target may hold no flows, it is an ICMP error, or the target is off.
 *
 * <p><b>Limits</b>: one account for each index of {@link TargetDirectory}, so for registered targets alone; a registration
 * that takes over an index begins anew. <b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: for a
 * target's first return, and when the directory has grown.
 */
final class MacBudget {

    private static final int LOOKED_AT = 64;

    private final TargetDirectory targets;
    private final SharedByTarget<MacAccount> node;
    private @Nullable TargetRef[] refs = new @Nullable TargetRef[0];
    private @Nullable MacAccount[] accounts = new @Nullable MacAccount[0];
    private boolean[] exceeded = new boolean[0];
    private boolean anyExceeded;
    private int lookAt;
    private long failedCount;

    /**
     * @param targets the shard's targets
     * @param node the accounts, the same for all shards
     */
    MacBudget(TargetDirectory targets, SharedByTarget<MacAccount> node) {
        this.targets = targets;
        this.node = node;
    }

    /** Whether a MAC may be tried for a target now. */
    boolean allows(int target, long nowMs) {
        if (target >= refs.length) {
            grow();
        }
        MacAccount account = isOpen(target) ? accounts[target] : open(target);
        return account != null && account.allows(nowMs);
    }

    /** Charges a target for MACs that were tried for a return and did not fit. Only after {@link #allows}. */
    void failed(int target, int macs, long nowMs) {
        failedCount += macs;
        MacAccount account = accounts[target];
        if (account != null && account.failed(macs, nowMs)) {
            exceeded[target] = true;
            anyExceeded = true;
        }
    }

    @SuppressWarnings("ReferenceEquality") // an index keeps its very ref for as long as it stands for it
    private boolean isOpen(int target) {
        return refs[target] == targets.ref(target);
    }

    private @Nullable MacAccount open(int target) {
        close(target);
        TargetRef ref = targets.ref(target);
        refs[target] = ref;
        accounts[target] = ref == null ? null : node.hold(ref);
        return accounts[target];
    }

    private void close(int target) {
        TargetRef before = refs[target];
        if (before != null) {
            node.release(before);
        }
        refs[target] = null;
        accounts[target] = null;
        exceeded[target] = false;
    }

    private void grow() {
        int size = targets.size();
        refs = Arrays.copyOf(refs, size);
        accounts = Arrays.copyOf(accounts, size);
        exceeded = Arrays.copyOf(exceeded, size);
    }

    /**
     * Names each target that has exceeded its budget since the last call, and closes accounts of those that are gone; with every
     * tick, and not for the packet path. Of accounts it looks at {@value #LOOKED_AT} a call, as who is gone is no hurry.
     */
    void exceeded(Consumer<TargetRef> alarm) {
        for (int looked = Math.min(LOOKED_AT, refs.length); looked > 0; looked--) {
            lookAt = lookAt + 1 < refs.length ? lookAt + 1 : 0;
            if (refs[lookAt] != null && !isOpen(lookAt)) {
                close(lookAt);
            }
        }
        if (anyExceeded) {
            anyExceeded = false;
            for (int target = 0; target < refs.length; target++) {
                TargetRef ref = refs[target];
                if (exceeded[target] && ref != null && isOpen(target)) {
                    exceeded[target] = false;
                    alarm.accept(ref);
                }
            }
        }
    }

    /** MACs that were tried and did not fit. */
    long failedCount() {
        return failedCount;
    }
}
