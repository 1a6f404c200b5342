// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Tags;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Endpoint services, with the zones each is there in and the endpoints that name it.
 *
 * @param fragments reads and writes them
 */
public record EndpointServices(ResourceFragments fragments) implements ResourceKind<EndpointService> {

    @Override
    public String kind() {
        return "endpoint-service";
    }

    @Override
    public String plural() {
        return "endpoint-services";
    }

    @Override
    public String nameKey() {
        return "name";
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of("state", "zones", "endpoints", ETAG);
    }

    @Override
    public EndpointService read(byte[] fragment) throws InvalidDocument {
        return fragments.endpointService(fragment);
    }

    @Override
    public Map<String, Object> write(EndpointService element) {
        return fragments.write(element);
    }

    @Override
    public String name(EndpointService element) {
        return element.id().name();
    }

    @Override
    public List<EndpointService> all(GatewayModel model) {
        return model.endpointServices();
    }

    @Override
    public GatewayModel with(GatewayModel model, List<EndpointService> elements) {
        return new GatewayModel(
                model.zones(), model.targetGroups(), model.loadBalancers(), elements, model.endpoints());
    }

    @Override
    public void show(EndpointService element, View view, Map<String, Object> shown) {
        shown.put("state", "Available");
        shown.put("zones", view.paths().zones(element).stream().map(Zone::name).toList());
        shown.put("endpoints", endpoints(element, view));
    }

    /** Whether an endpoint names the service. */
    public static boolean names(Endpoint endpoint, EndpointService service) {
        return endpoint.backing().equals(new Backing.Service(service.id()));
    }

    private static List<String> endpoints(EndpointService element, View view) {
        return view.model().endpoints().stream()
                .filter(endpoint -> names(endpoint, element))
                .map(endpoint -> endpoint.id().toString())
                .toList();
    }

    @Override
    public List<String> users(EndpointService element, View view) {
        return endpoints(element, view).stream().map(id -> "endpoint " + id).toList();
    }

    /** Load balancers of a service that has endpoints cannot be changed (E-16). */
    @Override
    public void checkReplacement(EndpointService before, EndpointService after, View view) throws Refusal {
        List<String> users = users(before, view);
        if (!before.loadBalancers().equals(after.loadBalancers()) && !users.isEmpty()) {
            throw Refusal.inUse("the list load-balancers of endpoint-service", name(before), users);
        }
    }

    @Override
    public boolean isIn(EndpointService element, Zone zone, View view) {
        return view.paths().zones(element).contains(zone);
    }

    @Override
    public Tags tags(EndpointService element) {
        return element.tags();
    }
}
