// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The declarative part of the file: zones, target groups, load balancers, endpoints.
 *
 * <p>Names are declared before they are referred to, in this order, so each broken reference is a problem of the key that
 * makes it.
 */
final class ModelReader {

    /** Elements of a list: as many as a message to other nodes can hold. */
    private static final int LIST_MAX = 65_536;

    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

    private final YamlMapping top;
    private final Zone nodeZone;
    private final Zones zones;
    private final int attachmentPort;
    private final DeclaredNames<TargetGroupId> groups = new DeclaredNames<>("target group", "target-groups");
    private final DeclaredNames<LoadBalancerId> balancers = new DeclaredNames<>("load balancer", "load-balancers");
    private final DeclaredNames<EndpointId> endpoints = new DeclaredNames<>("endpoint", "endpoints");
    private final DeclaredNames<Vni> vnis = new DeclaredNames<>("vni", "endpoints");
    private final Set<TargetGroupId> groupsInUse = new LinkedHashSet<>();
    private final TargetGroupReader groupReader;
    private final Map<LoadBalancerId, List<Zone>> enabledZones = new HashMap<>();

    /**
     * @param top the whole file
     * @param nodeZone zone of everything that names none
     * @param zones those the file declares, or may name
     * @param attachmentPort port of attachments that name none
     */
    ModelReader(YamlMapping top, Zone nodeZone, Zones zones, int attachmentPort) {
        this.top = top;
        this.nodeZone = nodeZone;
        this.zones = zones;
        this.attachmentPort = attachmentPort;
        this.groupReader = new TargetGroupReader(groups, zones, nodeZone);
    }

    /** Everything; nothing at all where the file has a problem. */
    GatewayModel read() {
        for (String key : List.of("zones", "target-groups", "load-balancers", "endpoints")) {
            top.lengthAtMost(key, LIST_MAX);
        }
        List<TargetGroup> readGroups = top.elements("target-groups", groupReader::read);
        List<LoadBalancer> readBalancers = top.elements("load-balancers", this::loadBalancer);
        List<Endpoint> readEndpoints = top.elements("endpoints", this::endpoint);
        GatewayModel model = top.whole(
                () -> new GatewayModel(zones.all(), readGroups, readBalancers, readEndpoints), top.problemCount() == 0);
        return model == null ? GatewayModel.EMPTY : model;
    }

    private @Nullable LoadBalancer loadBalancer(YamlMapping balancer) {
        final int before = balancer.problemCount();
        LoadBalancerId id = balancer.<@Nullable LoadBalancerId>require(
                "name", text -> balancers.declare(new LoadBalancerId(text)), null);
        if (id == null) {
            balancers.incomplete();
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
        if (balancer.problemCount() == before) {
            enabledZones.put(id, enabled);
        }
        return balancer.make(
                before,
                () -> new LoadBalancer(id, enabled, listener, crossZone, addressType, deletionProtection, packets));
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
                packets.optional("mss-clamp", ModelReader::mssClamp, otherwise.mssClamp()),
                packets.flag("tcp-midstream-pickup", otherwise.tcpMidstreamPickup()),
                packets.integer("mtu", otherwise.mtu(), 576, PacketPolicy.MTU_MAX));
        packets.finish();
        return read;
    }

    private static int mssClamp(String text) {
        try {
            return text.equals("0") ? 0 : YamlMapping.integer(text, 536, 8_960);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(invalid.getMessage() + ", or 0 for no clamp", invalid);
        }
    }

    private @Nullable Listener listener(YamlMapping listener) {
        final int before = listener.problemCount();
        TargetGroupId group = listener.<@Nullable TargetGroupId>require(
                "target-group",
                text -> {
                    TargetGroupId named = groups.refer(new TargetGroupId(text));
                    if (!groupsInUse.add(named)) {
                        throw new IllegalArgumentException("target group " + named
                                + " is used by another load balancer: expected one that no other uses");
                    }
                    return named;
                },
                null);
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
        Stickiness sticky = groupReader.stickinessOf(group);
        if (sticky != Stickiness.FIVE_TUPLE) {
            String needed = " needs stickiness 5-tuple (%s), and target group %s has %s: expected ";
            if (tcpIdleTimeoutMs != Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS) {
                listener.problem(
                        "tcp-idle-timeout",
                        "a timeout of its own" + needed.formatted("F-11", group, sticky.text()) + "350s");
            }
            if (resetOnIdleTimeout) {
                listener.problem(
                        "send-tcp-reset-on-idle-timeout",
                        "a reset" + needed.formatted("T13", group, sticky.text()) + "false");
            }
        }
        return listener.make(before, () -> new Listener(group, tcpIdleTimeoutMs, resetOnIdleTimeout));
    }

    private @Nullable Endpoint endpoint(YamlMapping endpoint) {
        final int before = endpoint.problemCount();
        endpoint.notYet("service");
        EndpointId id =
                endpoint.<@Nullable EndpointId>require("id", text -> endpoints.declare(EndpointId.parse(text)), null);
        Vni vni = endpoint.<@Nullable Vni>require(
                "vni", text -> vnis.declare(new Vni(YamlMapping.integer(text, 0, Vni.MAX))), null);
        LoadBalancerId balancer = endpoint.<@Nullable LoadBalancerId>require(
                "load-balancer", text -> balancers.refer(new LoadBalancerId(text)), null);
        Zone zone = zones.of(endpoint, nodeZone);
        List<Zone> enabled = balancer == null ? null : enabledZones.get(balancer);
        if (enabled != null && !enabled.contains(zone)) {
            endpoint.problem(
                    "zone",
                    "load balancer " + balancer + " is not enabled in zone " + zone + ": expected one of "
                            + String.join(", ", enabled.stream().map(Zone::name).toList()));
        }
        final String account = endpoint.optional("account", ModelReader::account, Endpoint.ACCOUNT_DEFAULT);
        final InnerKind inner =
                endpoint.choice("inner", TargetGroupReader.words(InnerKind.values(), InnerKind::text), InnerKind.IP);
        final int flowQuota = endpoint.integer("flow-quota", 0, 0, Endpoint.FLOW_QUOTA_MAX);
        List<Ipv4SocketAddress> attachments =
                endpoint.values("attachments", text -> Addresses.unicast(text, attachmentPort));
        int given = endpoint.length("attachments");
        if (!endpoint.has("attachments")) {
            endpoint.problem("attachments", "this key is required");
        } else if (endpoint.isList("attachments") && (given < 1 || given > Endpoint.ATTACHMENTS_MAX)) {
            endpoint.problem("attachments", given + " are given: expected 1 to " + Endpoint.ATTACHMENTS_MAX);
        }
        return id == null || vni == null || balancer == null
                ? null
                : endpoint.make(
                        before, () -> new Endpoint(id, vni, zone, balancer, attachments, account, inner, flowQuota));
    }

    private static String account(String text) {
        if (!ACCOUNT.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "': expected 12 digits, quoted");
        }
        return text;
    }
}
