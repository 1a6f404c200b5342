// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.TargetGroupId;

/** A target group's name as text. */
final class TargetGroupIdCodec {

    private TargetGroupIdCodec() {}

    static void write(WireWriter writer, TargetGroupId group) {
        writer.text("target group", group.name(), WireLimits.ID_BYTES_MAX);
    }

    static TargetGroupId read(WireReader reader) {
        return new TargetGroupId(reader.text("target group", WireLimits.ID_BYTES_MAX));
    }
}
