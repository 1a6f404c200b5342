// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowOpenBatch;

/**
 * Requester, the targets named, number of flows, their keys, picks, cookies and creation times; from version 2 on their
 * numbers of moves.
 *
 * <p>A batch without those goes as version 1: nodes of an earlier release read it.
 */
final class FlowAdoptBatchCodec extends WireCodec<FlowAdoptBatch> {

    private static final int WITHOUT_MOVES = 1;

    private static final int VERSION = 2;

    private static final int FLOW_BYTES = FlowKeyCodec.BYTES + 2 * Integer.BYTES + Long.BYTES;

    FlowAdoptBatchCodec() {
        super(FlowAdoptBatch.class, VERSION);
    }

    @Override
    int versionFor(FlowAdoptBatch batch) {
        return batch.moves().length == 0 ? WITHOUT_MOVES : VERSION;
    }

    @Override
    void writeFields(WireWriter writer, FlowAdoptBatch batch) {
        NodeIdCodec.write(writer, "requester", batch.requester());
        writer.list("targets", batch.targets(), WireLimits.BATCH_MAX, TargetRefCodec::write);
        writer.count("flows", batch.flowCount(), FlowOpenBatch.FLOWS_MAX);
        writer.longs(batch.keys());
        writer.ints(batch.picks());
        writer.ints(batch.cookies());
        writer.longs(batch.createdAtMs());
        writer.ints(batch.moves());
    }

    @Override
    FlowAdoptBatch readFields(WireReader reader, int foundVersion) {
        var requester = NodeIdCodec.read(reader, "requester");
        var targets = reader.list("targets", WireLimits.BATCH_MAX, TargetRefCodec.BYTES_MIN, TargetRefCodec::read);
        int flows = reader.count("flows", FlowOpenBatch.FLOWS_MAX, FLOW_BYTES);
        return new FlowAdoptBatch(
                requester,
                reader.longs("keys", flows * FlowKey.WORDS),
                targets,
                reader.ints("picks", flows),
                reader.ints("cookies", flows),
                reader.longs("creation times", flows),
                FlowMovesCodec.read(reader, flows, foundVersion != WITHOUT_MOVES));
    }
}
