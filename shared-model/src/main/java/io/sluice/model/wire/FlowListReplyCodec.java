// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowState;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import java.util.List;

/** Node, total, some of its flows. */
final class FlowListReplyCodec extends WireCodec<FlowListReply> {

    private static final int VERSION = 1;

    static final WireEnum<FlowState> STATE = new WireEnum<>(
            "flow state", List.of(FlowState.OPENING, FlowState.ESTABLISHED, FlowState.CLOSING, FlowState.CLOSED));

    private static final int FLOW_BYTES_MIN =
            FlowKeyCodec.BYTES + 1 + TargetRefCodec.BYTES_MIN + Integer.BYTES + 1 + 1 + 6 * Long.BYTES;

    FlowListReplyCodec() {
        super(FlowListReply.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowListReply message) {
        NodeIdCodec.write(writer, "node", message.node());
        writer.i64(message.total());
        writer.list("flows", message.flows(), FlowListRequest.LIMIT_MAX, FlowListReplyCodec::writeFlow);
    }

    @Override
    FlowListReply readFields(WireReader reader, int foundVersion) {
        return new FlowListReply(
                NodeIdCodec.read(reader, "node"),
                reader.i64("total"),
                reader.list("flows", FlowListRequest.LIMIT_MAX, FLOW_BYTES_MIN, FlowListReplyCodec::readFlow));
    }

    private static void writeFlow(WireWriter writer, FlowListReply.Flow flow) {
        FlowKeyCodec.write(writer, flow.key());
        writer.flag(flow.initiatorIsLower());
        TargetRefCodec.write(writer, flow.target());
        writer.i32(flow.cookie());
        STATE.write(writer, flow.state());
        writer.flag(flow.provisional());
        writer.i64(flow.ageMs());
        writer.i64(flow.idleMs());
        writer.i64(flow.forwardPackets());
        writer.i64(flow.forwardBytes());
        writer.i64(flow.reversePackets());
        writer.i64(flow.reverseBytes());
    }

    private static FlowListReply.Flow readFlow(WireReader reader) {
        return new FlowListReply.Flow(
                FlowKeyCodec.read(reader),
                reader.flag("initiator is lower"),
                TargetRefCodec.read(reader),
                reader.i32("cookie"),
                STATE.read(reader),
                reader.flag("provisional"),
                reader.i64("age"),
                reader.i64("idle"),
                reader.i64("forward packets"),
                reader.i64("forward bytes"),
                reader.i64("reverse packets"),
                reader.i64("reverse bytes"));
    }
}
