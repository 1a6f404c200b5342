// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ConfigDesk;
import io.sluice.api.core.Admissions;
import io.sluice.api.resource.EndpointServices;
import io.sluice.api.resource.Endpoints;
import io.sluice.api.resource.Precondition;
import io.sluice.api.resource.Refusal;
import io.sluice.api.resource.View;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.EndpointId;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.BiFunction;

/**
 * {@code /v1/endpoint-services/{name}/endpoints}: endpoints that name a service, and what its owner decides about each
 * (E-3, E-4).
 */
public final class ServiceEndpointsRoute implements AdminRoute {

    private final ResourceDesk desk;
    private final EndpointServices services;
    private final Endpoints endpoints;

    /** @param desk what to work with */
    public ServiceEndpointsRoute(ResourceDesk desk) {
        this.desk = desk;
        this.services = new EndpointServices(desk.fragments());
        this.endpoints = new Endpoints(desk.fragments());
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listServiceEndpoints", this::list)
                .on("acceptEndpoint", context -> decide(context, "accept", Admissions::accept))
                .on("rejectEndpoint", context -> decide(context, "reject", Admissions::reject));
    }

    private EndpointService service(RoutingContext context, GatewayModel model) throws Refusal {
        String name = QueryValues.path(context, "name");
        return services.find(model, name).orElseThrow(() -> Refusal.absent(services.kind(), name));
    }

    private void list(RoutingContext context) {
        ListPage page = new ListPage(context);
        Work.run(context, () -> {
            View view = View.of(desk.cluster());
            EndpointService service = service(context, view.model());
            List<Endpoint> chosen = view.model().endpoints().stream()
                    .filter(endpoint ->
                            EndpointServices.names(endpoint, service) && page.wants(endpoints, endpoint, view))
                    .toList();
            return Reply.ok(page.of(
                    endpoints.plural(),
                    chosen,
                    endpoints::name,
                    endpoint -> endpoints.shown(endpoint, view),
                    view.revision()));
        });
    }

    private void decide(
            RoutingContext context, String act, BiFunction<GatewayModel, EndpointId, Admissions.Outcome> decision) {
        String id = endpoints.canonical(QueryValues.path(context, "endpoint"));
        boolean dryRun = QueryValues.flag(context, "dry-run");
        Work.write(context, () -> {
            Precondition precondition = Work.precondition(context);
            ConfigDesk.Done done =
                    desk.apply(endpoints.kind(), id, dryRun, Work.origin(context, act + " endpoint " + id), model -> {
                        Endpoint endpoint = endpoint(context, model, id);
                        precondition.check(
                                endpoints.kind(),
                                id,
                                endpoints.etag(endpoint),
                                desk.cluster().revision());
                        return decision.apply(model, endpoint.id()) instanceof Admissions.Changed changed
                                ? changed.model()
                                : model;
                    });
            if (dryRun) {
                return Reply.ok(ChangesJson.of(done));
            }
            View view = View.of(desk.cluster(), done.inForce());
            Endpoint decided = endpoint(context, view.model(), id);
            return Reply.of(200, endpoints.etag(decided), endpoints.shown(decided, view));
        });
    }

    private Endpoint endpoint(RoutingContext context, GatewayModel model, String id) throws Refusal {
        EndpointService service = service(context, model);
        return endpoints
                .find(model, id)
                .filter(endpoint -> EndpointServices.names(endpoint, service))
                .orElseThrow(() -> Refusal.absent("endpoint of " + service.id(), id));
    }
}
