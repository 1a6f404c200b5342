// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of documents, read by the readers of the whole.
 *
 * <p><b>Threading</b>: immutable.
 */
final class FragmentDocuments implements ResourceFragments {

    private static final String EMPTY = "there is nothing: expected the keys and values of the resource";

    private final Zone zone;
    private final int attachmentPort;
    private final OwnAddresses own;

    /**
     * @param zone of what names none
     * @param attachmentPort of attachments that name none
     * @param own addresses of the node that reads
     */
    FragmentDocuments(Zone zone, int attachmentPort, OwnAddresses own) {
        this.zone = zone;
        this.attachmentPort = attachmentPort;
        this.own = own;
    }

    private static <T> T readWhole(byte[] fragment, YamlMapping.ElementReader<T> reader) throws InvalidDocument {
        return GatewayDocuments.readWhole(fragment, YamlDocument.FRAGMENT_EVENTS_MAX, EMPTY, reader);
    }

    private TargetGroupReader groups(ModelNames names) {
        return new TargetGroupReader(names.groups, new Zones(), zone);
    }

    private LoadBalancerReader balancers() {
        ModelNames names = ModelNames.ofFragment();
        return new LoadBalancerReader(names, new Zones(), zone, groups(names));
    }

    @Override
    public LoadBalancer loadBalancer(byte[] fragment) throws InvalidDocument {
        return readWhole(fragment, balancers()::read);
    }

    @Override
    public Listener listener(byte[] fragment) throws InvalidDocument {
        return readWhole(fragment, balancers()::listener);
    }

    @Override
    public TargetGroup targetGroup(byte[] fragment) throws InvalidDocument {
        return readWhole(fragment, mapping -> {
            TargetGroup group = groups(ModelNames.ofFragment()).read(mapping);
            if (group != null) {
                group.targets().stream()
                        .flatMap(target -> own.refusal(target).stream())
                        .forEach(refusal -> mapping.problem("targets", refusal));
            }
            return group;
        });
    }

    @Override
    public Target target(byte[] fragment) throws InvalidDocument {
        return readWhole(fragment, mapping -> {
            Target target = groups(ModelNames.ofFragment()).target(mapping, new DeclaredNames<>("target", "targets"));
            if (target != null) {
                own.refusal(target).ifPresent(refusal -> mapping.problem("id", refusal));
            }
            return target;
        });
    }

    @Override
    public EndpointService endpointService(byte[] fragment) throws InvalidDocument {
        return readWhole(fragment, new EndpointServiceReader(ModelNames.ofFragment())::read);
    }

    @Override
    public Endpoint endpoint(byte[] fragment) throws InvalidDocument {
        EndpointReader reader = new EndpointReader(
                ModelNames.ofFragment(), new Zones(), zone, attachmentPort, new EndpointPaths(List.of(), List.of()));
        return readWhole(fragment, mapping -> {
            Endpoint endpoint = reader.read(mapping);
            if (endpoint != null) {
                own.refusal(endpoint).ifPresent(refusal -> mapping.problem("attachments", refusal));
            }
            return endpoint;
        });
    }

    @Override
    public Optional<String> sizeRefusal(GatewayModel whole) {
        return DocumentSize.refusal(whole);
    }

    @Override
    public Map<String, Object> write(LoadBalancer balancer) {
        return FragmentTrees.of(balancer);
    }

    @Override
    public Map<String, Object> write(Listener listener) {
        return FragmentTrees.of(listener);
    }

    @Override
    public Map<String, Object> write(TargetGroup group) {
        return FragmentTrees.of(group);
    }

    @Override
    public Map<String, Object> write(Target target) {
        return FragmentTrees.of(target);
    }

    @Override
    public Map<String, Object> write(EndpointService service) {
        return FragmentTrees.of(service);
    }

    @Override
    public Map<String, Object> write(Endpoint endpoint) {
        return FragmentTrees.of(endpoint);
    }
}
