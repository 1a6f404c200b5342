// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowRecord;

/** Key, target, cookie, incarnation slot, creation, moves, last sign of life, who gave it, whether it is provisional, whether it ended. */
final class FlowRecordCodec extends WireCodec<FlowRecord> {

    private static final int VERSION = 1;

    FlowRecordCodec() {
        super(FlowRecord.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowRecord flow) {
        FlowKeyCodec.write(writer, flow.key());
        TargetRefCodec.write(writer, flow.target());
        writer.i32(flow.cookie());
        writer.i64(flow.incarnationSlot());
        writer.i64(flow.createdAtMs());
        writer.i32(flow.moves());
        writer.i64(flow.lastSeenMs());
        NodeIdCodec.write(writer, "last user", flow.lastUser());
        writer.flag(flow.provisional());
        writer.flag(flow.ended());
    }

    @Override
    FlowRecord readFields(WireReader reader, int foundVersion) {
        return new FlowRecord(
                FlowKeyCodec.read(reader),
                TargetRefCodec.read(reader),
                reader.i32("cookie"),
                reader.i64("incarnation slot"),
                reader.i64("created at"),
                reader.i32("moves"),
                reader.i64("last seen at"),
                NodeIdCodec.read(reader, "last user"),
                reader.flag("provisional"),
                reader.flag("ended"));
    }
}
