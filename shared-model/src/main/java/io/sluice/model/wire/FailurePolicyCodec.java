// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.TargetFailover;
import java.util.List;

/** What a group does about targets that fail or leave. */
final class FailurePolicyCodec {

    /** Failover, delay, two flags, fail-open. */
    static final int BYTES = 1 + Long.BYTES + 1 + 1 + 1;

    static final WireEnum<TargetFailover> FAILOVER =
            new WireEnum<>("target-failover", List.of(TargetFailover.NO_REBALANCE, TargetFailover.REBALANCE));

    static final WireEnum<FailOpen> FAIL_OPEN =
            new WireEnum<>("fail-open", List.of(FailOpen.FORWARD, FailOpen.DROP, FailOpen.BYPASS));

    private FailurePolicyCodec() {}

    static void write(WireWriter writer, FailurePolicy policy) {
        FAILOVER.write(writer, policy.failover());
        writer.i64(policy.deregistrationDelayMs());
        writer.flag(policy.resetOnUnhealthy());
        writer.flag(policy.resetOnDeregistration());
        FAIL_OPEN.write(writer, policy.failOpen());
    }

    static FailurePolicy read(WireReader reader) {
        return new FailurePolicy(
                FAILOVER.read(reader),
                reader.i64("deregistration-delay"),
                reader.flag("reset on-unhealthy"),
                reader.flag("reset on-deregistration"),
                FAIL_OPEN.read(reader));
    }
}
