// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowCorrectedBatch;

/** Authority, number of flows, their keys and cookies. */
final class FlowCorrectedBatchCodec extends WireCodec<FlowCorrectedBatch> {

    private static final int VERSION = 1;

    private static final int FLOW_BYTES = FlowKeyCodec.BYTES + Integer.BYTES;

    FlowCorrectedBatchCodec() {
        super(FlowCorrectedBatch.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowCorrectedBatch batch) {
        NodeIdCodec.write(writer, "authority", batch.authority());
        writer.count("flows", batch.flowCount(), WireLimits.BATCH_MAX);
        writer.longs(batch.keys());
        writer.ints(batch.cookies());
    }

    @Override
    FlowCorrectedBatch readFields(WireReader reader, int foundVersion) {
        var authority = NodeIdCodec.read(reader, "authority");
        int flows = reader.count("flows", WireLimits.BATCH_MAX, FLOW_BYTES);
        return new FlowCorrectedBatch(
                authority, reader.longs("keys", flows * FlowKey.WORDS), reader.ints("cookies", flows));
    }
}
