// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.TargetSelectedBatch;

/** The targets named, number of flows, their picks. */
final class TargetSelectedBatchCodec extends WireCodec<TargetSelectedBatch> {

    private static final int VERSION = 1;

    TargetSelectedBatchCodec() {
        super(TargetSelectedBatch.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, TargetSelectedBatch batch) {
        writer.list("targets", batch.targets(), WireLimits.BATCH_MAX, TargetRefCodec::write);
        writer.count("flows", batch.flowCount(), WireLimits.BATCH_MAX);
        writer.ints(batch.picks());
    }

    @Override
    TargetSelectedBatch readFields(WireReader reader, int foundVersion) {
        var targets = reader.list("targets", WireLimits.BATCH_MAX, TargetRefCodec.BYTES_MIN, TargetRefCodec::read);
        int flows = reader.count("flows", WireLimits.BATCH_MAX, Integer.BYTES);
        return new TargetSelectedBatch(targets, reader.ints("picks", flows));
    }
}
