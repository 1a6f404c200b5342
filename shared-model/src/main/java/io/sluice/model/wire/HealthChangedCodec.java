// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.HealthChanged;
import java.util.List;

/**
 * Source, boot, sequence, its targets; from version 2 on whether it leaves, and what it inherited.
 *
 * <p>A report that has nothing of a take-over goes as version 1: nodes of an earlier release read it.
 */
final class HealthChangedCodec extends WireCodec<HealthChanged> {

    private static final int WITHOUT_TAKE_OVER = 1;

    private static final int VERSION = 2;

    HealthChangedCodec() {
        super(HealthChanged.class, VERSION);
    }

    @Override
    int versionFor(HealthChanged message) {
        return message.isOfTakeOver() ? VERSION : WITHOUT_TAKE_OVER;
    }

    @Override
    void writeFields(WireWriter writer, HealthChanged message) {
        NodeIdCodec.write(writer, "source", message.source());
        writer.i64(message.bootId());
        writer.i64(message.sequence());
        writer.list("targets", message.targets(), WireLimits.REPORT_MAX, TargetHealthCodec::write);
        if (message.isOfTakeOver()) {
            writer.flag(message.leaving());
            writer.list("inherited", message.inherited(), WireLimits.REPORT_MAX, TargetHealthCodec::write);
        }
    }

    @Override
    HealthChanged readFields(WireReader reader, int foundVersion) {
        NodeId source = NodeIdCodec.read(reader, "source");
        long bootId = reader.i64("boot id");
        long sequence = reader.i64("sequence");
        List<TargetHealth> targets = states(reader, "targets");
        if (foundVersion == WITHOUT_TAKE_OVER) {
            return new HealthChanged(source, bootId, sequence, targets);
        }
        HealthChanged message = new HealthChanged(
                source, bootId, sequence, reader.flag("leaving"), targets, states(reader, "inherited"));
        if (!message.isOfTakeOver()) {
            throw reader.wrong("nothing of a take-over: expected version " + WITHOUT_TAKE_OVER + " then");
        }
        return message;
    }

    private static List<TargetHealth> states(WireReader reader, String field) {
        return reader.list(field, WireLimits.REPORT_MAX, TargetHealthCodec.BYTES_MIN, TargetHealthCodec::read);
    }
}
