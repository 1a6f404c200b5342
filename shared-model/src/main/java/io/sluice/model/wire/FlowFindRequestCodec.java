// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.FlowFindRequest;

/** The key. */
final class FlowFindRequestCodec extends WireCodec<FlowFindRequest> {

    private static final int VERSION = 1;

    FlowFindRequestCodec() {
        super(FlowFindRequest.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowFindRequest message) {
        FlowKeyCodec.write(writer, message.key());
    }

    @Override
    FlowFindRequest readFields(WireReader reader, int foundVersion) {
        return new FlowFindRequest(FlowKeyCodec.read(reader));
    }
}
