// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.Zone;

/** A zone's name as text. */
final class ZoneCodec {

    /** Length and one character. */
    static final int BYTES_MIN = 3;

    private ZoneCodec() {}

    static void write(WireWriter writer, Zone zone) {
        writer.text("zone", zone.name(), WireLimits.ID_BYTES_MAX);
    }

    static Zone read(WireReader reader) {
        return new Zone(reader.text("zone", WireLimits.ID_BYTES_MAX));
    }
}
