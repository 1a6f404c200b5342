// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.PassiveDetection;

/** How a group's targets are watched besides the health check. */
final class DetectionCodec {

    /** Two flags, interval, failures; a flag, silence. */
    static final int BYTES = 2 + Long.BYTES + Integer.BYTES + 1 + Long.BYTES;

    private DetectionCodec() {}

    static void write(WireWriter writer, DataPathProbe probe, PassiveDetection passive) {
        writer.flag(probe.enabled());
        writer.flag(probe.negative());
        writer.i64(probe.intervalMs());
        writer.i32(probe.failures());
        writer.flag(passive.enabled());
        writer.i64(passive.silenceMs());
    }

    static DataPathProbe readProbe(WireReader reader) {
        return new DataPathProbe(
                reader.flag("probe data-path"),
                reader.flag("probe negative"),
                reader.i64("probe interval"),
                reader.i32("probe failures"));
    }

    static PassiveDetection readPassive(WireReader reader) {
        return new PassiveDetection(reader.flag("passive-detection enabled"), reader.i64("passive-detection silence"));
    }
}
