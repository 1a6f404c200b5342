// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowTouchedBatch;

/**
 * Sender, the targets named, number of flows, their keys, picks, cookies, creation times and last packets; from version 2 on
 * their numbers of moves.
 *
 * <p>A batch without those goes as version 1: nodes of an earlier release read it.
 */
final class FlowTouchedBatchCodec extends WireCodec<FlowTouchedBatch> {

    private static final int WITHOUT_MOVES = 1;

    private static final int VERSION = 2;

    private static final int FLOW_BYTES = FlowKeyCodec.BYTES + 2 * Integer.BYTES + 2 * Long.BYTES;

    FlowTouchedBatchCodec() {
        super(FlowTouchedBatch.class, VERSION);
    }

    @Override
    int versionFor(FlowTouchedBatch batch) {
        return batch.moves().length == 0 ? WITHOUT_MOVES : VERSION;
    }

    @Override
    void writeFields(WireWriter writer, FlowTouchedBatch batch) {
        NodeIdCodec.write(writer, "sender", batch.sender());
        writer.list("targets", batch.targets(), WireLimits.BATCH_MAX, TargetRefCodec::write);
        writer.count("flows", batch.flowCount(), WireLimits.BATCH_MAX);
        writer.longs(batch.keys());
        writer.ints(batch.picks());
        writer.ints(batch.cookies());
        writer.longs(batch.createdAtMs());
        writer.longs(batch.lastSeenMs());
        writer.ints(batch.moves());
    }

    @Override
    FlowTouchedBatch readFields(WireReader reader, int foundVersion) {
        var sender = NodeIdCodec.read(reader, "sender");
        var targets = reader.list("targets", WireLimits.BATCH_MAX, TargetRefCodec.BYTES_MIN, TargetRefCodec::read);
        int flows = reader.count("flows", WireLimits.BATCH_MAX, FLOW_BYTES);
        return new FlowTouchedBatch(
                sender,
                reader.longs("keys", flows * FlowKey.WORDS),
                targets,
                reader.ints("picks", flows),
                reader.ints("cookies", flows),
                reader.longs("creation times", flows),
                reader.longs("last packets", flows),
                FlowMovesCodec.read(reader, flows, foundVersion != WITHOUT_MOVES));
    }
}
