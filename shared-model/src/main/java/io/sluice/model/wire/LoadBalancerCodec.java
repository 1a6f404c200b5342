// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import java.util.List;

/** A load balancer with its listener. */
final class LoadBalancerCodec {

    /** Name, number of zones and one zone, group, idle timeout, four flags and a type, packet policy, number of tags. */
    static final int BYTES_MIN = 3 + Integer.BYTES + ZoneCodec.BYTES_MIN + 3 + Long.BYTES + 4 + 4 + 3 * Integer.BYTES;

    static final WireEnum<IpAddressType> IP_ADDRESS_TYPE =
            new WireEnum<>("ip-address-type", List.of(IpAddressType.IPV4, IpAddressType.DUALSTACK));

    private LoadBalancerCodec() {}

    static void write(WireWriter writer, LoadBalancer balancer) {
        LoadBalancerIdCodec.write(writer, balancer.id());
        writer.list("zones", balancer.zones(), WireLimits.MODEL_LIST_MAX, ZoneCodec::write);
        TargetGroupIdCodec.write(writer, balancer.listener().targetGroup());
        writer.i64(balancer.listener().tcpIdleTimeoutMs());
        writer.flag(balancer.listener().resetOnIdleTimeout());
        writer.flag(balancer.crossZone());
        IP_ADDRESS_TYPE.write(writer, balancer.ipAddressType());
        writer.flag(balancer.deletionProtection());
        PacketPolicy packets = balancer.packets();
        writer.flag(packets.fragmentsFollow());
        writer.flag(packets.icmpErrorsFollow());
        writer.flag(packets.pmtud());
        writer.i32(packets.mssClamp());
        writer.flag(packets.tcpMidstreamPickup());
        writer.i32(packets.mtu());
        TagsCodec.write(writer, balancer.tags());
    }

    static LoadBalancer read(WireReader reader) {
        return new LoadBalancer(
                LoadBalancerIdCodec.read(reader),
                reader.list("zones", WireLimits.MODEL_LIST_MAX, ZoneCodec.BYTES_MIN, ZoneCodec::read),
                new Listener(
                        TargetGroupIdCodec.read(reader),
                        reader.i64("tcp-idle-timeout"),
                        reader.flag("send-tcp-reset-on-idle-timeout")),
                reader.flag("cross-zone"),
                IP_ADDRESS_TYPE.read(reader),
                reader.flag("deletion-protection"),
                new PacketPolicy(
                        reader.flag("fragments"),
                        reader.flag("icmp-error-affinity"),
                        reader.flag("pmtud"),
                        reader.i32("mss-clamp"),
                        reader.flag("tcp-midstream-pickup"),
                        reader.i32("mtu")),
                TagsCodec.read(reader));
    }
}
