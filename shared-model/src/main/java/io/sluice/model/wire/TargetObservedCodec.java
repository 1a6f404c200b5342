// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.message.TargetObserved;
import java.util.List;

/** Node, boot, its totals by target, its verdicts. */
final class TargetObservedCodec extends WireCodec<TargetObserved> {

    private static final int VERSION = 1;

    private static final int OBSERVATION_BYTES_MIN = TargetRefCodec.BYTES_MIN + 5 * Long.BYTES;

    private static final int VERDICT_BYTES_MIN = TargetRefCodec.BYTES_MIN + ZoneCodec.BYTES_MIN + 1;

    static final WireEnum<DataPathVerdict.State> VERDICT = new WireEnum<>(
            "data-path verdict",
            List.of(
                    DataPathVerdict.State.PASSING,
                    DataPathVerdict.State.FAILING,
                    DataPathVerdict.State.LEAKING,
                    DataPathVerdict.State.SILENT));

    TargetObservedCodec() {
        super(TargetObserved.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, TargetObserved message) {
        NodeIdCodec.write(writer, "node", message.node());
        writer.i64(message.bootId());
        writer.list("targets", message.targets(), WireLimits.REPORT_MAX, TargetObservedCodec::writeObservation);
        writer.list("verdicts", message.verdicts(), WireLimits.REPORT_MAX, TargetObservedCodec::writeVerdict);
    }

    @Override
    TargetObserved readFields(WireReader reader, int foundVersion) {
        return new TargetObserved(
                NodeIdCodec.read(reader, "node"),
                reader.i64("boot id"),
                reader.list(
                        "targets", WireLimits.REPORT_MAX, OBSERVATION_BYTES_MIN, TargetObservedCodec::readObservation),
                reader.list("verdicts", WireLimits.REPORT_MAX, VERDICT_BYTES_MIN, TargetObservedCodec::readVerdict));
    }

    private static void writeObservation(WireWriter writer, TargetObserved.Observation observation) {
        TargetRefCodec.write(writer, observation.target());
        writer.i64(observation.sentPackets());
        writer.i64(observation.sentBytes());
        writer.i64(observation.returnedPackets());
        writer.i64(observation.returnedBytes());
        writer.i64(observation.rejectedPackets());
    }

    private static TargetObserved.Observation readObservation(WireReader reader) {
        return new TargetObserved.Observation(
                TargetRefCodec.read(reader),
                reader.i64("sent packets"),
                reader.i64("sent bytes"),
                reader.i64("returned packets"),
                reader.i64("returned bytes"),
                reader.i64("rejected packets"));
    }

    private static void writeVerdict(WireWriter writer, DataPathVerdict verdict) {
        TargetRefCodec.write(writer, verdict.target());
        ZoneCodec.write(writer, verdict.seenFrom());
        VERDICT.write(writer, verdict.state());
    }

    private static DataPathVerdict readVerdict(WireReader reader) {
        return new DataPathVerdict(TargetRefCodec.read(reader), ZoneCodec.read(reader), VERDICT.read(reader));
    }
}
