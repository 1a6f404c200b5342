// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.TargetId;

/** A target's id as text. */
final class TargetIdCodec {

    private TargetIdCodec() {}

    static void write(WireWriter writer, TargetId target) {
        writer.text("target id", target.value(), WireLimits.ID_BYTES_MAX);
    }

    static TargetId read(WireReader reader) {
        return new TargetId(reader.text("target id", WireLimits.ID_BYTES_MAX));
    }
}
