// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Tags;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One element of {@code endpoints}. */
final class EndpointReader {

    private static final Map<String, Admission> CONNECTIONS = Map.of(
            Admission.PENDING.text(), Admission.PENDING,
            Admission.ACCEPTED.text(), Admission.ACCEPTED,
            Admission.REJECTED.text(), Admission.REJECTED);

    private final ModelNames names;
    private final Zones zones;
    private final Zone nodeZone;
    private final int attachmentPort;
    private final EndpointPaths paths;

    /**
     * @param names takes id and VNI, and has the names of services and load balancers
     * @param zones takes the zone
     * @param nodeZone zone of endpoints that name none
     * @param attachmentPort port of attachments that name none
     * @param paths what is known of services and load balancers
     */
    EndpointReader(ModelNames names, Zones zones, Zone nodeZone, int attachmentPort, EndpointPaths paths) {
        this.names = names;
        this.zones = zones;
        this.nodeZone = nodeZone;
        this.attachmentPort = attachmentPort;
        this.paths = paths;
    }

    /** The endpoint; null where a part of it cannot be read. */
    @Nullable
    Endpoint read(YamlMapping endpoint) {
        final int before = endpoint.problemCount();
        EndpointId id = endpoint.<@Nullable EndpointId>require(
                "id", text -> names.endpoints.declare(EndpointId.parse(text)), null);
        Vni vni = endpoint.<@Nullable Vni>require(
                "vni", text -> names.vnis.declare(new Vni(YamlValues.integer(text, 0, Vni.MAX))), null);
        Backing backing = backing(endpoint);
        Zone zone = zones.of(endpoint, nodeZone);
        final String account = endpoint.optional("account", AccountText::read, Endpoint.ACCOUNT_DEFAULT);
        final InnerKind inner =
                endpoint.choice("inner", TargetGroupReader.words(InnerKind.values(), InnerKind::text), InnerKind.IP);
        final IpAddressType addressType = endpoint.choice(
                "ip-address-type",
                TargetGroupReader.words(IpAddressType.values(), IpAddressType::text),
                IpAddressType.DUALSTACK);
        final int flowQuota = endpoint.integer("flow-quota", 0, 0, Endpoint.FLOW_QUOTA_MAX);
        final Admission admission = endpoint.choice("connection", CONNECTIONS, Admission.UNDECIDED);
        final Tags tags = TagsReader.read(endpoint);
        List<Ipv4SocketAddress> attachments =
                endpoint.values("attachments", text -> Addresses.unicast(text, attachmentPort));
        int given = endpoint.length("attachments");
        if (!endpoint.has("attachments")) {
            endpoint.problem("attachments", "this key is required");
        } else if (endpoint.isList("attachments") && (given < 1 || given > Endpoint.ATTACHMENTS_MAX)) {
            endpoint.problem("attachments", given + " are given: expected 1 to " + Endpoint.ATTACHMENTS_MAX);
        }
        if (backing != null) {
            paths.zoneRefusal(backing, zone).ifPresent(refusal -> endpoint.problem("zone", refusal));
            paths.accountRefusal(backing, account).ifPresent(refusal -> endpoint.problem("account", refusal));
        }
        return id == null || vni == null || backing == null
                ? null
                : endpoint.make(
                        before,
                        () -> new Endpoint(
                                id,
                                vni,
                                zone,
                                backing,
                                attachments,
                                account,
                                inner,
                                flowQuota,
                                addressType,
                                admission,
                                tags));
    }

    private @Nullable Backing backing(YamlMapping endpoint) {
        EndpointServiceId service = endpoint.<@Nullable EndpointServiceId>optional(
                "service", text -> names.services.refer(new EndpointServiceId(text)), null);
        LoadBalancerId balancer = endpoint.<@Nullable LoadBalancerId>optional(
                "load-balancer", text -> names.balancers.refer(new LoadBalancerId(text)), null);
        if (endpoint.has("service") && endpoint.has("load-balancer")) {
            endpoint.problem("service", "load-balancer is there too: expected one of service and load-balancer");
            return null;
        }
        if (!endpoint.has("service") && !endpoint.has("load-balancer")) {
            endpoint.problem("load-balancer", "this key is required, or service");
            return null;
        }
        if (service != null) {
            return new Backing.Service(service);
        }
        return balancer == null ? null : new Backing.Balancer(balancer);
    }
}
