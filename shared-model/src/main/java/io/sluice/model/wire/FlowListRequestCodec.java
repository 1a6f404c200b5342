// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.FlowListRequest;
import java.util.Optional;

/** The limit; a flag, and the target where it is set. */
final class FlowListRequestCodec extends WireCodec<FlowListRequest> {

    private static final int VERSION = 1;

    FlowListRequestCodec() {
        super(FlowListRequest.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, FlowListRequest message) {
        writer.i32(message.limit());
        writer.flag(message.wanted().isPresent());
        message.wanted().ifPresent(wanted -> {
            TargetGroupIdCodec.write(writer, wanted.group());
            TargetIdCodec.write(writer, wanted.target());
        });
    }

    @Override
    FlowListRequest readFields(WireReader reader, int foundVersion) {
        return new FlowListRequest(
                reader.i32("limit"),
                reader.flag("wanted")
                        ? Optional.of(
                                new FlowListRequest.Wanted(TargetGroupIdCodec.read(reader), TargetIdCodec.read(reader)))
                        : Optional.empty());
    }
}
