// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Tags;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Target groups, with the load balancer whose listener uses each.
 *
 * @param fragments reads and writes them
 */
public record TargetGroups(ResourceFragments fragments) implements ResourceKind<TargetGroup> {

    private static final String LOAD_BALANCER = "load-balancer";

    @Override
    public String kind() {
        return "target-group";
    }

    @Override
    public String plural() {
        return "target-groups";
    }

    @Override
    public String nameKey() {
        return "name";
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of(LOAD_BALANCER, ETAG);
    }

    @Override
    public TargetGroup read(byte[] fragment) throws InvalidDocument {
        return fragments.targetGroup(fragment);
    }

    @Override
    public Map<String, Object> write(TargetGroup element) {
        return fragments.write(element);
    }

    @Override
    public String name(TargetGroup element) {
        return element.id().name();
    }

    @Override
    public List<TargetGroup> all(GatewayModel model) {
        return model.targetGroups();
    }

    @Override
    public GatewayModel with(GatewayModel model, List<TargetGroup> elements) {
        return model.withTargetGroups(elements);
    }

    private static Optional<LoadBalancer> user(TargetGroup element, View view) {
        return view.model().loadBalancers().stream()
                .filter(balancer -> balancer.listener().targetGroup().equals(element.id()))
                .findFirst();
    }

    @Override
    public void show(TargetGroup element, View view, Map<String, Object> shown) {
        user(element, view)
                .ifPresent(balancer -> shown.put(LOAD_BALANCER, balancer.id().name()));
    }

    @Override
    public List<String> users(TargetGroup element, View view) {
        return user(element, view).map(balancer -> "load-balancer " + balancer.id()).stream()
                .toList();
    }

    @Override
    public boolean isIn(TargetGroup element, Zone zone, View view) {
        return element.targets().stream().anyMatch(target -> target.zone().equals(zone));
    }

    @Override
    public Tags tags(TargetGroup element) {
        return element.tags();
    }
}
