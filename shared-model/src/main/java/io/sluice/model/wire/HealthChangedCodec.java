// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.HealthChanged;

/** Source, boot, sequence, its targets. */
final class HealthChangedCodec extends WireCodec<HealthChanged> {

    private static final int VERSION = 1;

    HealthChangedCodec() {
        super(HealthChanged.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, HealthChanged message) {
        NodeIdCodec.write(writer, "source", message.source());
        writer.i64(message.bootId());
        writer.i64(message.sequence());
        writer.list("targets", message.targets(), WireLimits.REPORT_MAX, TargetHealthCodec::write);
    }

    @Override
    HealthChanged readFields(WireReader reader, int foundVersion) {
        return new HealthChanged(
                NodeIdCodec.read(reader, "source"),
                reader.i64("boot id"),
                reader.i64("sequence"),
                reader.list("targets", WireLimits.REPORT_MAX, TargetHealthCodec.BYTES_MIN, TargetHealthCodec::read));
    }
}
