// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.ConfigDocuments;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Zone;
import java.util.List;

/**
 * The declarative part of the file: zones, target groups, load balancers, endpoint services, endpoints.
 *
 * <p>Names are declared before they are referred to, in this order, so each broken reference is a problem of the key that
 * makes it.
 */
final class ModelReader {

    private final YamlMapping top;
    private final Zone nodeZone;
    private final Zones zones;
    private final int attachmentPort;

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
    }

    /** Everything; nothing at all where the file has a problem. */
    GatewayModel read() {
        for (String key : List.of("zones", "target-groups", "load-balancers", "endpoint-services", "endpoints")) {
            top.lengthAtMost(key, ConfigDocuments.LIST_MAX);
        }
        ModelNames names = ModelNames.ofDocument();
        TargetGroupReader groupReader = new TargetGroupReader(names.groups, zones, nodeZone);
        List<TargetGroup> groups = top.elements("target-groups", groupReader::read);
        List<LoadBalancer> balancers =
                top.elements("load-balancers", new LoadBalancerReader(names, zones, nodeZone, groupReader)::read);
        List<EndpointService> services = top.elements("endpoint-services", new EndpointServiceReader(names)::read);
        EndpointPaths paths = new EndpointPaths(balancers, services);
        List<Endpoint> endpoints =
                top.elements("endpoints", new EndpointReader(names, zones, nodeZone, attachmentPort, paths)::read);
        GatewayModel model = top.whole(
                () -> new GatewayModel(zones.all(), groups, balancers, services, endpoints), top.problemCount() == 0);
        if (model == null) {
            return GatewayModel.EMPTY;
        }
        DocumentSize.refusal(model).ifPresent(refusal -> top.problem("", refusal));
        return model;
    }
}
