// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowOpenBatch;

/**
 * Requester, number of flows, their keys, intents and cookies. Version 2 has the same fields, and says that the asker reads
 * version 2 of the answer.
 */
final class FlowOpenBatchCodec extends WireCodec<FlowOpenBatch> {

    private static final int WITHOUT_MOVES = 1;

    private static final int VERSION = 2;

    private static final int FLOW_BYTES = FlowKeyCodec.BYTES + 1 + Integer.BYTES;

    FlowOpenBatchCodec() {
        super(FlowOpenBatch.class, VERSION);
    }

    @Override
    int versionFor(FlowOpenBatch batch) {
        return batch.wantsMoves() ? VERSION : WITHOUT_MOVES;
    }

    @Override
    void writeFields(WireWriter writer, FlowOpenBatch batch) {
        NodeIdCodec.write(writer, "requester", batch.requester());
        writer.count("flows", batch.flowCount(), FlowOpenBatch.FLOWS_MAX);
        writer.longs(batch.keys());
        writer.bytes(batch.intents());
        writer.ints(batch.cookies());
    }

    @Override
    FlowOpenBatch readFields(WireReader reader, int foundVersion) {
        var requester = NodeIdCodec.read(reader, "requester");
        int flows = reader.count("flows", FlowOpenBatch.FLOWS_MAX, FLOW_BYTES);
        return new FlowOpenBatch(
                requester,
                reader.longs("keys", flows * FlowKey.WORDS),
                reader.bytes("intents", flows),
                reader.ints("cookies", flows),
                foundVersion != WITHOUT_MOVES);
    }
}
