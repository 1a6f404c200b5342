// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.HealthCheckSpec;
import java.util.List;

/** How a group is probed. */
final class HealthCheckSpecCodec {

    static final WireEnum<HealthCheckSpec.Protocol> PROTOCOL = new WireEnum<>(
            "health-check protocol",
            List.of(HealthCheckSpec.Protocol.TCP, HealthCheckSpec.Protocol.HTTP, HealthCheckSpec.Protocol.HTTPS));

    private HealthCheckSpecCodec() {}

    static void write(WireWriter writer, HealthCheckSpec spec) {
        PROTOCOL.write(writer, spec.protocol());
        writer.i32(spec.port());
        writer.text("health-check path", spec.path(), WireLimits.PATH_BYTES_MAX);
        writer.i64(spec.intervalMs());
        writer.i64(spec.timeoutMs());
        writer.i32(spec.healthyThreshold());
        writer.i32(spec.unhealthyThreshold());
    }

    static HealthCheckSpec read(WireReader reader) {
        return new HealthCheckSpec(
                PROTOCOL.read(reader),
                reader.i32("health-check port"),
                reader.text("health-check path", WireLimits.PATH_BYTES_MAX),
                reader.i64("health-check interval"),
                reader.i64("health-check timeout"),
                reader.i32("health-check healthy-threshold"),
                reader.i32("health-check unhealthy-threshold"));
    }
}
