// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;

/** A group with its targets. */
final class TargetGroupCodec {

    /** Name, health check with a path of one character, stickiness, number of targets. */
    static final int BYTES_MIN = 3 + (1 + 3 * Integer.BYTES + 3 + 2 * Long.BYTES) + 1 + Integer.BYTES;

    private TargetGroupCodec() {}

    static void write(WireWriter writer, TargetGroup group) {
        TargetGroupIdCodec.write(writer, group.id());
        HealthCheckSpecCodec.write(writer, group.healthCheck());
        writer.u8(group.stickiness().code());
        writer.list("targets", group.targets(), TargetGroup.TARGETS_MAX, TargetCodec::write);
    }

    static TargetGroup read(WireReader reader) {
        return new TargetGroup(
                TargetGroupIdCodec.read(reader),
                HealthCheckSpecCodec.read(reader),
                Stickiness.ofCode(reader.u8("stickiness")),
                reader.list("targets", TargetGroup.TARGETS_MAX, TargetCodec.BYTES_MIN, TargetCodec::read));
    }
}
