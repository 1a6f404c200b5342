// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ConfigDocuments;
import io.sluice.api.ConfigHistory;
import io.sluice.api.event.EventHub;
import io.sluice.bus.TypedBus;
import io.sluice.observe.MetricsRegistry;
import io.sluice.observe.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Which routes a process serves. */
public final class AdminRoutes {

    private AdminRoutes() {}

    /** Those of every process, which are there before the contract is. */
    public static List<AdminRoute> ofProcess(Readiness readiness, MetricsRegistry metrics) {
        return List.of(new HealthRoute(readiness), new MetricsRoute(metrics));
    }

    /**
     * Those of a process with the role {@code control-api}: with {@link #ofProcess} all operations of the contract.
     *
     * @param bus asks other nodes
     * @param documents reads and writes documents
     * @param desk makes revisions and knows the cluster
     * @param history has the revisions there have been
     * @param tokens says who may ask
     * @param events brings what happens
     * @param contract says the contract
     * @param expectedMembers how many nodes there are to be
     * @param wallClockMs milliseconds since 1970
     */
    public static List<AdminRoute> ofControl(
            TypedBus bus,
            ConfigDocuments documents,
            ResourceDesk desk,
            ConfigHistory history,
            TokensRoute tokens,
            EventHub events,
            Supplier<String> contract,
            int expectedMembers,
            LongSupplier wallClockMs) {
        List<AdminRoute> routes = new ArrayList<>();
        routes.add(new ConfigRoute(documents, desk.desk(), desk.cluster(), desk.publisher()));
        routes.add(new LoadBalancersRoute(desk));
        routes.add(new TargetGroupsRoute(desk));
        routes.add(new GroupTargetsRoute(desk));
        routes.add(new TargetsRoute(desk.cluster()));
        routes.add(new EndpointServicesRoute(desk));
        routes.add(new ServiceEndpointsRoute(desk));
        routes.add(new EndpointsRoute(desk));
        routes.add(new ZonesRoute(desk));
        routes.add(new TagsRoute(desk));
        routes.add(new FlowsRoute(bus, desk.cluster()));
        routes.add(new DropsRoute(bus, desk.cluster()));
        routes.add(new TraceRoute(bus, desk.cluster(), wallClockMs));
        routes.add(new EventsRoute(events, wallClockMs));
        routes.add(new LimitsRoute(desk.cluster()));
        routes.add(new NodesRoute(desk.cluster(), expectedMembers));
        routes.add(new DocsRoute(contract));
        routes.add(new HistoryRoute(history, documents, desk.publisher()));
        routes.add(tokens);
        return List.copyOf(routes);
    }
}
