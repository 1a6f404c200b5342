// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.LeaseKept;

/** Node, group, target, duration. */
final class LeaseKeptCodec extends WireCodec<LeaseKept> {

    private static final int VERSION = 1;

    LeaseKeptCodec() {
        super(LeaseKept.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, LeaseKept message) {
        NodeIdCodec.write(writer, "node", message.node());
        TargetGroupIdCodec.write(writer, message.group());
        TargetIdCodec.write(writer, message.target());
        writer.i64(message.durationMs());
    }

    @Override
    LeaseKept readFields(WireReader reader, int foundVersion) {
        return new LeaseKept(
                NodeIdCodec.read(reader, "node"),
                TargetGroupIdCodec.read(reader),
                TargetIdCodec.read(reader),
                reader.i64("duration"));
    }
}
