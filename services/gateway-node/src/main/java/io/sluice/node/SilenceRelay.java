// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.geneve.core.DataPathProbes;
import io.sluice.model.id.TargetRef;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what any shard finds silent to the shard that probes: once for each silence, so by a task on its loop.
 *
 * <p><b>Threading</b>: any thread.
 */
final class SilenceRelay implements Consumer<TargetRef> {

    private record Probing(Executor loop, DataPathProbes probes) {}

    private volatile @Nullable Probing probing;

    /** This shard probes. */
    void probes(Executor loop, DataPathProbes probes) {
        probing = new Probing(loop, probes);
    }

    /** Before the shard that probes has started there are no flows to fall silent. */
    @Override
    public void accept(TargetRef silent) {
        Probing to = probing;
        if (to != null) {
            to.loop.execute(() -> to.probes.reportedSilent(silent));
        }
    }
}
