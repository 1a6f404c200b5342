// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Target;
import io.sluice.model.id.Ipv4Address;

/** A registered appliance. */
final class TargetCodec {

    /** Id, address, port, zone, weight, incarnation, time of deregistration. */
    static final int BYTES_MIN = 3 + 3 * Integer.BYTES + ZoneCodec.BYTES_MIN + 2 * Long.BYTES;

    private TargetCodec() {}

    static void write(WireWriter writer, Target target) {
        TargetIdCodec.write(writer, target.id());
        writer.i32(target.address().bits());
        writer.i32(target.port());
        ZoneCodec.write(writer, target.zone());
        writer.i32(target.weight());
        writer.i64(target.registration());
        writer.i64(target.deregisteredAtMs());
    }

    static Target read(WireReader reader) {
        return new Target(
                TargetIdCodec.read(reader),
                new Ipv4Address(reader.i32("target address")),
                reader.i32("target port"),
                ZoneCodec.read(reader),
                reader.i32("target weight"),
                reader.i64("registration"),
                reader.i64("time of deregistration"));
    }
}
