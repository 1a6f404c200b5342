// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.TargetRef;

/** A registration: group, id, incarnation. */
final class TargetRefCodec {

    /** Two texts of one character and the incarnation. */
    static final int BYTES_MIN = 3 + 3 + Long.BYTES;

    private TargetRefCodec() {}

    static void write(WireWriter writer, TargetRef target) {
        TargetGroupIdCodec.write(writer, target.group());
        TargetIdCodec.write(writer, target.id());
        writer.i64(target.registration());
    }

    static TargetRef read(WireReader reader) {
        return new TargetRef(TargetGroupIdCodec.read(reader), TargetIdCodec.read(reader), reader.i64("registration"));
    }
}
