// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.FlowListRequest;

/** The limit. */
final class FlowListRequestCodec extends WireCodec<FlowListRequest> {

    private static final int VERSION = 1;

    FlowListRequestCodec() {
        super(FlowListRequest.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowListRequest message) {
        writer.i32(message.limit());
    }

    @Override
    FlowListRequest readFields(WireReader reader, int foundVersion) {
        return new FlowListRequest(reader.i32("limit"));
    }
}
