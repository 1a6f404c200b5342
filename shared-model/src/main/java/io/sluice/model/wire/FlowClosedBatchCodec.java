// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowClosedBatch;

/** Sender, number of flows, their keys, cookies and ends. */
final class FlowClosedBatchCodec extends WireCodec<FlowClosedBatch> {

    private static final int VERSION = 1;

    private static final int FLOW_BYTES = FlowKeyCodec.BYTES + Integer.BYTES + 1;

    FlowClosedBatchCodec() {
        super(FlowClosedBatch.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowClosedBatch batch) {
        NodeIdCodec.write(writer, "sender", batch.sender());
        writer.count("flows", batch.flowCount(), WireLimits.BATCH_MAX);
        writer.longs(batch.keys());
        writer.ints(batch.cookies());
        writer.bytes(batch.ends());
    }

    @Override
    FlowClosedBatch readFields(WireReader reader, int foundVersion) {
        var sender = NodeIdCodec.read(reader, "sender");
        int flows = reader.count("flows", WireLimits.BATCH_MAX, FLOW_BYTES);
        return new FlowClosedBatch(
                sender,
                reader.longs("keys", flows * FlowKey.WORDS),
                reader.ints("cookies", flows),
                reader.bytes("ends", flows));
    }
}
