// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Tags;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Load balancers, with the endpoints whose flows come to them and the services they are behind.
 *
 * @param fragments reads and writes them
 */
public record LoadBalancers(ResourceFragments fragments) implements ResourceKind<LoadBalancer> {

    private static final String ENDPOINTS = "endpoints";
    private static final String SERVICES = "endpoint-services";

    @Override
    public String kind() {
        return "load-balancer";
    }

    @Override
    public String plural() {
        return "load-balancers";
    }

    @Override
    public String nameKey() {
        return "name";
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of(ENDPOINTS, SERVICES, ETAG);
    }

    @Override
    public LoadBalancer read(byte[] fragment) throws InvalidDocument {
        return fragments.loadBalancer(fragment);
    }

    @Override
    public Map<String, Object> write(LoadBalancer element) {
        return fragments.write(element);
    }

    @Override
    public String name(LoadBalancer element) {
        return element.id().name();
    }

    @Override
    public List<LoadBalancer> all(GatewayModel model) {
        return model.loadBalancers();
    }

    @Override
    public GatewayModel with(GatewayModel model, List<LoadBalancer> elements) {
        return new GatewayModel(
                model.zones(), model.targetGroups(), elements, model.endpointServices(), model.endpoints());
    }

    @Override
    public void show(LoadBalancer element, View view, Map<String, Object> shown) {
        shown.put(
                ENDPOINTS,
                view.model().endpoints().stream()
                        .filter(endpoint -> leadsTo(endpoint, element, view))
                        .map(endpoint -> endpoint.id().toString())
                        .toList());
        shown.put(SERVICES, services(element, view));
    }

    private static boolean leadsTo(Endpoint endpoint, LoadBalancer balancer, View view) {
        return view.paths()
                .loadBalancer(endpoint)
                .map(found -> found.id().equals(balancer.id()))
                .orElse(false);
    }

    private static List<String> services(LoadBalancer element, View view) {
        return view.model().endpointServices().stream()
                .filter(service -> service.loadBalancers().contains(element.id()))
                .map(service -> service.id().name())
                .toList();
    }

    @Override
    public List<String> users(LoadBalancer element, View view) {
        List<String> users = new ArrayList<>();
        services(element, view).forEach(name -> users.add("endpoint-service " + name));
        view.model().endpoints().stream()
                .filter(endpoint -> leadsTo(endpoint, element, view))
                .forEach(endpoint -> users.add("endpoint " + endpoint.id()));
        return users;
    }

    @Override
    public boolean isIn(LoadBalancer element, Zone zone, View view) {
        return element.zones().contains(zone);
    }

    @Override
    public Tags tags(LoadBalancer element) {
        return element.tags();
    }
}
