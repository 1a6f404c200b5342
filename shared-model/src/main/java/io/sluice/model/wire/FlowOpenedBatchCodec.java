// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;

/**
 * The targets named, number of flows, their outcomes, cookies and creation times; from version 2 on their
 * numbers of moves.
 *
 * <p>A batch without those goes as version 1: nodes of an earlier release read it.
 */
final class FlowOpenedBatchCodec extends WireCodec<FlowOpenedBatch> {

    private static final int WITHOUT_MOVES = 1;

    private static final int VERSION = 2;

    private static final int FLOW_BYTES = 2 * Integer.BYTES + Long.BYTES;

    FlowOpenedBatchCodec() {
        super(FlowOpenedBatch.class, VERSION);
    }

    @Override
    int versionFor(FlowOpenedBatch batch) {
        return batch.moves().length == 0 ? WITHOUT_MOVES : VERSION;
    }

    @Override
    void writeFields(WireWriter writer, FlowOpenedBatch batch) {
        writer.list("targets", batch.targets(), WireLimits.BATCH_MAX, TargetRefCodec::write);
        writer.count("flows", batch.flowCount(), FlowOpenBatch.FLOWS_MAX);
        writer.ints(batch.outcomes());
        writer.ints(batch.cookies());
        writer.longs(batch.createdAtMs());
        writer.ints(batch.moves());
    }

    @Override
    FlowOpenedBatch readFields(WireReader reader, int foundVersion) {
        var targets = reader.list("targets", WireLimits.BATCH_MAX, TargetRefCodec.BYTES_MIN, TargetRefCodec::read);
        int flows = reader.count("flows", FlowOpenBatch.FLOWS_MAX, FLOW_BYTES);
        return new FlowOpenedBatch(
                targets,
                reader.ints("outcomes", flows),
                reader.ints("cookies", flows),
                reader.longs("creation times", flows),
                FlowMovesCodec.read(reader, flows, foundVersion != WITHOUT_MOVES));
    }
}
