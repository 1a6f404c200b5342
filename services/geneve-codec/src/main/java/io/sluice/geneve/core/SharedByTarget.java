// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.id.TargetRef;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Something that the shards of a node have in common for each target: there while any shard holds it.
 *
 * <p><b>Threading</b>: any; not for the packet path, as holding and releasing locks and allocates. What is held is as safe as
 * it makes itself.
 *
 * @param <T> what that is
 */
public final class SharedByTarget<T> {

    private record Held<T>(T shared, int holders) {}

    private final Map<TargetRef, Held<T>> byTarget = new ConcurrentHashMap<>();
    private final Supplier<T> fresh;

    /**
     * @param fresh makes what nobody holds yet
     */
    public SharedByTarget(Supplier<T> fresh) {
        this.fresh = fresh;
    }

    /** What is shared about a target; a shard that holds it releases it once. */
    public T hold(TargetRef target) {
        return byTarget.compute(
                        target,
                        (ref, held) -> held == null
                                ? new Held<>(fresh.get(), 1)
                                : new Held<>(held.shared(), held.holders() + 1))
                .shared();
    }

    /** A shard holds it no longer. */
    public void release(TargetRef target) {
        byTarget.computeIfPresent(
                target, (ref, held) -> held.holders() == 1 ? null : new Held<>(held.shared(), held.holders() - 1));
    }

    /** Targets that something is held of. */
    public int size() {
        return byTarget.size();
    }
}
