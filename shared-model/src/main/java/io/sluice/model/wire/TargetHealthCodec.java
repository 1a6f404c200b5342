// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import java.util.List;

/** What a prober says of one target. */
final class TargetHealthCodec {

    static final WireEnum<HealthState> STATE = new WireEnum<>(
            "health state",
            List.of(
                    HealthState.INITIAL,
                    HealthState.HEALTHY,
                    HealthState.UNHEALTHY,
                    HealthState.UNUSED,
                    HealthState.DRAINING));

    static final WireEnum<HealthReason> REASON = new WireEnum<>(
            "health reason",
            List.of(
                    HealthReason.NONE,
                    HealthReason.REGISTRATION_IN_PROGRESS,
                    HealthReason.INITIAL_HEALTH_CHECKING,
                    HealthReason.FAILED_HEALTH_CHECKS,
                    HealthReason.TIMEOUT,
                    HealthReason.RESPONSE_CODE_MISMATCH,
                    HealthReason.NOT_IN_USE,
                    HealthReason.DEREGISTRATION_IN_PROGRESS,
                    HealthReason.DATA_PATH_FAILED,
                    HealthReason.DATA_PATH_LEAKING,
                    HealthReason.DATA_PATH_SILENT));

    /** Target, zone, state, reason, time. */
    static final int BYTES_MIN = TargetRefCodec.BYTES_MIN + ZoneCodec.BYTES_MIN + 1 + 1 + Long.BYTES;

    private TargetHealthCodec() {}

    static void write(WireWriter writer, TargetHealth health) {
        TargetRefCodec.write(writer, health.target());
        ZoneCodec.write(writer, health.probedFrom());
        STATE.write(writer, health.state());
        REASON.write(writer, health.reason());
        writer.i64(health.sinceMs());
    }

    static TargetHealth read(WireReader reader) {
        return new TargetHealth(
                TargetRefCodec.read(reader),
                ZoneCodec.read(reader),
                STATE.read(reader),
                REASON.read(reader),
                reader.i64("since"));
    }
}
