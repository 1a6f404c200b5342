// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.id.TargetRef;
import io.sluice.model.metric.DropReason;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The watch of a shard that does not probe: it listens for silence among its own flows and reports it to the shard that
 * probes, to which every answer to a probe comes.
 *
 * <p><b>Threading</b>: confined to the shard's event loop; reports are handed to the other loop by who gets them.
 */
public final class SilenceReports implements PathWatch {

    private final TargetDirectory targets;
    private final Consumer<TargetRef> probing;

    /**
     * @param targets the shard's targets; its clock is this one's
     * @param probing told of each target that has fallen silent
     */
    public SilenceReports(TargetDirectory targets, Consumer<TargetRef> probing) {
        this.targets = targets;
        this.probing = probing;
    }

    @Override
    public void update(GatewayModel model) {
        // the directory knows which targets are listened to
    }

    @Override
    public void tick(long nowMs, VerdictListener listener) {
        targets.clock(nowMs);
        for (int index = 0; index < targets.size(); index++) {
            TargetRef ref = targets.ref(index);
            if (targets.fallenSilent(index) && ref != null) {
                probing.accept(ref);
            }
        }
    }

    @Override
    public List<DataPathVerdict> verdicts() {
        return List.of();
    }

    /** A probe whose addresses were changed on its way may come here, and is none. */
    @Override
    public @Nullable DropReason answer(
            int innerOffset, int innerLengthBytes, int protocolType, int nonce, int sourceAddress, int localAddress) {
        return DropReason.PROBE_CHANGED;
    }
}
