// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.FlowEventsWanted;

/** Who listens. */
final class FlowEventsWantedCodec extends WireCodec<FlowEventsWanted> {

    private static final int VERSION = 1;

    FlowEventsWantedCodec() {
        super(FlowEventsWanted.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowEventsWanted message) {
        NodeIdCodec.write(writer, "listener", message.listener());
    }

    @Override
    FlowEventsWanted readFields(WireReader reader, int foundVersion) {
        return new FlowEventsWanted(NodeIdCodec.read(reader, "listener"));
    }
}
