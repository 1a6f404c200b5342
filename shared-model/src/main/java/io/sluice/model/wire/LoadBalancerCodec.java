// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;

/** A load balancer with its listener. */
final class LoadBalancerCodec {

    /** Name, number of zones and one zone, group, idle timeout. */
    static final int BYTES_MIN = 3 + Integer.BYTES + ZoneCodec.BYTES_MIN + 3 + Long.BYTES;

    private LoadBalancerCodec() {}

    static void write(WireWriter writer, LoadBalancer balancer) {
        LoadBalancerIdCodec.write(writer, balancer.id());
        writer.list("zones", balancer.zones(), WireLimits.MODEL_LIST_MAX, ZoneCodec::write);
        TargetGroupIdCodec.write(writer, balancer.listener().targetGroup());
        writer.i64(balancer.listener().tcpIdleTimeoutMs());
    }

    static LoadBalancer read(WireReader reader) {
        return new LoadBalancer(
                LoadBalancerIdCodec.read(reader),
                reader.list("zones", WireLimits.MODEL_LIST_MAX, ZoneCodec.BYTES_MIN, ZoneCodec::read),
                new Listener(TargetGroupIdCodec.read(reader), reader.i64("tcp-idle-timeout")));
    }
}
