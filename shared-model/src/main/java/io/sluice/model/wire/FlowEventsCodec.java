// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowEnd;
import io.sluice.model.message.FlowEvents;
import java.util.List;

/** Authority, lost events, the events. */
final class FlowEventsCodec extends WireCodec<FlowEvents> {

    private static final int VERSION = 1;

    static final WireEnum<FlowEvents.Change> CHANGE = new WireEnum<>(
            "change",
            List.of(
                    FlowEvents.Change.OPENED,
                    FlowEvents.Change.ADOPTED,
                    FlowEvents.Change.MOVED,
                    FlowEvents.Change.CLOSED));

    static final WireEnum<FlowEnd> END = new WireEnum<>(
            "end", List.of(FlowEnd.IDLE, FlowEnd.CLOSED, FlowEnd.EVICTED, FlowEnd.RESET, FlowEnd.REMOVED));

    private static final int EVENT_BYTES_MIN =
            Long.BYTES + Short.BYTES + 1 + 1 + FlowKeyCodec.BYTES + TargetRefCodec.BYTES_MIN + Integer.BYTES;

    FlowEventsCodec() {
        super(FlowEvents.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowEvents message) {
        NodeIdCodec.write(writer, "authority", message.authority());
        writer.i64(message.lost());
        writer.list("events", message.events(), FlowEvents.EVENTS_MAX, FlowEventsCodec::write);
    }

    @Override
    FlowEvents readFields(WireReader reader, int foundVersion) {
        return new FlowEvents(
                NodeIdCodec.read(reader, "authority"),
                reader.i64("lost"),
                reader.list("events", FlowEvents.EVENTS_MAX, EVENT_BYTES_MIN, FlowEventsCodec::read));
    }

    private static void write(WireWriter writer, FlowEvents.Event event) {
        writer.i64(event.atMs());
        NodeIdCodec.write(writer, "ingress", event.ingress());
        CHANGE.write(writer, event.change());
        END.write(writer, event.end());
        FlowKeyCodec.write(writer, event.key());
        TargetRefCodec.write(writer, event.target());
        writer.i32(event.cookie());
    }

    private static FlowEvents.Event read(WireReader reader) {
        return new FlowEvents.Event(
                reader.i64("at"),
                NodeIdCodec.read(reader, "ingress"),
                CHANGE.read(reader),
                END.read(reader),
                FlowKeyCodec.read(reader),
                TargetRefCodec.read(reader),
                reader.i32("cookie"));
    }
}
