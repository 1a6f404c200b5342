// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.TargetSelectBatch;

/** Number of flows, their endpoints, hashes and purposes. */
final class TargetSelectBatchCodec extends WireCodec<TargetSelectBatch> {

    private static final int VERSION = 1;

    private static final int FLOW_BYTES = 2 * Long.BYTES + 1;

    TargetSelectBatchCodec() {
        super(TargetSelectBatch.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, TargetSelectBatch batch) {
        writer.count("flows", batch.flowCount(), WireLimits.BATCH_MAX);
        writer.longs(batch.endpointIds());
        writer.longs(batch.keyHashes());
        writer.bytes(batch.moves());
    }

    @Override
    TargetSelectBatch readFields(WireReader reader, int foundVersion) {
        int flows = reader.count("flows", WireLimits.BATCH_MAX, FLOW_BYTES);
        return new TargetSelectBatch(
                reader.longs("endpoint ids", flows), reader.longs("key hashes", flows), reader.bytes("moves", flows));
    }
}
