// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;

/** A group with its targets. */
final class TargetGroupCodec {

    /** Name, health check with a path of one character, stickiness, policies, numbers of targets and tags. */
    static final int BYTES_MIN = 3
            + (1 + 3 * Integer.BYTES + 3 + 2 * Long.BYTES)
            + 1
            + FailurePolicyCodec.BYTES
            + DetectionCodec.BYTES
            + Long.BYTES
            + 1
            + 2 * Integer.BYTES;

    private TargetGroupCodec() {}

    static void write(WireWriter writer, TargetGroup group) {
        TargetGroupIdCodec.write(writer, group.id());
        HealthCheckSpecCodec.write(writer, group.healthCheck());
        writer.u8(group.stickiness().code());
        FailurePolicyCodec.write(writer, group.failure());
        DetectionCodec.write(writer, group.probe(), group.passiveDetection());
        writer.i64(group.slowStartMs());
        writer.flag(group.returnTupleCheck());
        writer.list("targets", group.targets(), TargetGroup.TARGETS_WITH_DRAINING_MAX, TargetCodec::write);
        TagsCodec.write(writer, group.tags());
    }

    static TargetGroup read(WireReader reader) {
        return new TargetGroup(
                TargetGroupIdCodec.read(reader),
                HealthCheckSpecCodec.read(reader),
                Stickiness.ofCode(reader.u8("stickiness")),
                FailurePolicyCodec.read(reader),
                DetectionCodec.readProbe(reader),
                DetectionCodec.readPassive(reader),
                reader.i64("slow-start"),
                reader.flag("return-tuple-check"),
                reader.list("targets", TargetGroup.TARGETS_WITH_DRAINING_MAX, TargetCodec.BYTES_MIN, TargetCodec::read),
                TagsCodec.read(reader));
    }
}
