// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.Tags;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One element of {@code load-balancers}. */
final class LoadBalancerReader {

    private final ModelNames names;
    private final Zones zones;
    private final Zone nodeZone;
    private final TargetGroupReader groups;

    /**
     * @param names takes its name, and has those of groups
     * @param zones takes the zones that are named
     * @param nodeZone zone of load balancers that name none
     * @param groups has read the target groups
     */
    LoadBalancerReader(ModelNames names, Zones zones, Zone nodeZone, TargetGroupReader groups) {
        this.names = names;
        this.zones = zones;
        this.nodeZone = nodeZone;
        this.groups = groups;
    }

    /** The load balancer; null where a part of it cannot be read. */
    @Nullable
    LoadBalancer read(YamlMapping balancer) {
        final int before = balancer.problemCount();
        LoadBalancerId id = balancer.<@Nullable LoadBalancerId>require(
                "name", text -> names.balancers.declare(new LoadBalancerId(text)), null);
        if (id == null) {
            names.balancers.incomplete();
        }
        List<Zone> read = balancer.values("zones", zones::refer);
        List<Zone> enabled = balancer.has("zones")
                ? read
                : List.of(balancer.defaulted("zones", () -> zones.refer(nodeZone), nodeZone));
        if (balancer.isList("zones") && enabled.isEmpty() && balancer.problemCount() == before) {
            balancer.problem("zones", "no zone is given: expected at least one");
        }
        final boolean crossZone = balancer.flag("cross-zone", false);
        final IpAddressType addressType = balancer.choice(
                "ip-address-type",
                TargetGroupReader.words(IpAddressType.values(), IpAddressType::text),
                IpAddressType.DUALSTACK);
        final boolean deletionProtection = balancer.flag("deletion-protection", false);
        final Tags tags = TagsReader.read(balancer);
        final PacketPolicy packets = packets(balancer.mapping("packets"));
        YamlMapping mapping = balancer.mapping("listener");
        if (mapping == null) {
            balancer.problem("listener", "this key is required");
            return null;
        }
        Listener listener = listener(mapping);
        if (id == null || listener == null) {
            return null;
        }
        return balancer.make(
                before,
                () -> new LoadBalancer(
                        id, enabled, listener, crossZone, addressType, deletionProtection, packets, tags));
    }

    private static PacketPolicy packets(@Nullable YamlMapping packets) {
        PacketPolicy otherwise = PacketPolicy.DEFAULT;
        if (packets == null) {
            return otherwise;
        }
        PacketPolicy read = new PacketPolicy(
                packets.choice("fragments", Map.of("follow", true, "3-tuple", false), otherwise.fragmentsFollow()),
                packets.choice(
                        "icmp-error-affinity",
                        Map.of("embedded", true, "3-tuple", false),
                        otherwise.icmpErrorsFollow()),
                packets.flag("pmtud", otherwise.pmtud()),
                packets.optional("mss-clamp", LoadBalancerReader::mssClamp, otherwise.mssClamp()),
                packets.flag("tcp-midstream-pickup", otherwise.tcpMidstreamPickup()),
                packets.integer("mtu", otherwise.mtu(), 576, PacketPolicy.MTU_MAX));
        packets.finish();
        return read;
    }

    private static int mssClamp(String text) {
        try {
            return text.equals("0") ? 0 : YamlValues.integer(text, 536, 8_960);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(invalid.getMessage() + ", or 0 for no clamp", invalid);
        }
    }

    /** The listener; null where a part of it cannot be read. */
    @Nullable
    Listener listener(YamlMapping listener) {
        final int before = listener.problemCount();
        TargetGroupId group = listener.<@Nullable TargetGroupId>require("target-group", names::use, null);
        long tcpIdleTimeoutMs = listener.durationMs(
                "tcp-idle-timeout",
                Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS,
                Listener.TCP_IDLE_TIMEOUT_MIN_MS,
                Listener.TCP_IDLE_TIMEOUT_MAX_MS);
        boolean resetOnIdleTimeout = listener.flag("send-tcp-reset-on-idle-timeout", false);
        listener.finish();
        if (group == null) {
            return null;
        }
        Listener made = listener.make(before, () -> new Listener(group, tcpIdleTimeoutMs, resetOnIdleTimeout));
        if (made == null) {
            return null;
        }
        Stickiness sticky = groups.stickinessOf(group);
        made.timeoutRefusal(sticky).ifPresent(refusal -> listener.problem("tcp-idle-timeout", refusal));
        made.resetRefusal(sticky).ifPresent(refusal -> listener.problem("send-tcp-reset-on-idle-timeout", refusal));
        return listener.problemCount() == before ? made : null;
    }
}
