// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@link OverlappingSpokesKernelIT} runs: two accounts' spokes whose hosts have the same addresses and ports, at
 * the same time, through one load balancer.
 */
final class OverlappingSpokesScenario {

    static final int FLOWS = 200;

    private static final int FIRST_VNI = 100;
    private static final int SECOND_VNI = 200;
    private static final long FIRST_ENDPOINT = 0xa1b2c3d4e5f60718L;
    private static final long SECOND_ENDPOINT = 0xa1b2c3d4e5f60719L;
    private static final int PAYLOAD_BYTES = 16;

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - name: firewalls
                targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}, {id: 10.1.1.13, zone: az1}, {id: 10.1.1.14, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, account: "111111111111", load-balancer: inspection, attachments: ["10.0.0.2"]}
              - {id: vpce-0a1b2c3d4e5f60719, vni: 200, zone: az1, account: "222222222222", load-balancer: inspection, attachments: ["10.0.0.3"]}
            """;

    private OverlappingSpokesScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        FlowBook book = new FlowBook();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), ApplianceFleet.addresses(1, 4), (packet, appliances) -> {
                            book.note(packet, System.currentTimeMillis());
                            appliances.sendBack(packet);
                        });
                Gateway node = Gateway.start(Path.of(arguments[0]), "gateway", CONFIGURATION, LiveNetwork.ADMIN)
                        .ready();
                EndpointSpeaker first = new EndpointSpeaker(network.spoke(), "10.0.0.2");
                EndpointSpeaker second = new EndpointSpeaker(network.spoke(), "10.0.0.3")) {
            PacedTraffic firstTraffic = new PacedTraffic(first);
            PacedTraffic secondTraffic = new PacedTraffic(second);
            List<SpokenFlow> firstFlows = flows(FIRST_VNI);
            List<SpokenFlow> secondFlows = flows(SECOND_VNI);
            for (boolean fromClient : new boolean[] {true, false, true, false}) {
                for (int i = 0; i < FLOWS; i++) {
                    String flags = fromClient ? "S" : "SA";
                    firstTraffic.exchange(
                            firstFlows.get(i), firstFlows.get(i).packet(fromClient, flags, PAYLOAD_BYTES));
                    secondTraffic.exchange(
                            secondFlows.get(i), secondFlows.get(i).packet(fromClient, flags, PAYLOAD_BYTES));
                }
            }
            firstTraffic.settle();
            secondTraffic.settle();
            observed("lost", firstTraffic.lost() + secondTraffic.lost());
            observed("unexpected", firstTraffic.unexpected() + secondTraffic.unexpected());
            observed("received", first.received() + " " + second.received());
            compare(book, firstFlows, secondFlows);
            observed("flows", new JsonObject(node.get("/v1/flows?limit=1")).getLong("total"));
            observed("drops", Scenario.allDrops(node));
            observed("malformed", book.malformed());
            observed("appliances.saw", fleet.received());

            // one spoke's connections are reset; the other's, equal to the bit, live on
            for (SpokenFlow flow : firstFlows) {
                firstTraffic.exchange(flow, flow.packet(false, "R", 0));
            }
            firstTraffic.settle();
            for (SpokenFlow flow : firstFlows) {
                firstTraffic.exchange(flow, flow.packet(true, "S", 0));
            }
            firstTraffic.settle();
            for (SpokenFlow flow : secondFlows) {
                secondTraffic.exchange(flow, flow.data(true));
            }
            secondTraffic.settle();
            observed("renewed", stretches(book, firstFlows, FIRST_ENDPOINT) - FLOWS);
            observed("undisturbed", stretches(book, secondFlows, SECOND_ENDPOINT) - FLOWS);
            observed("lost-later", firstTraffic.lost() + secondTraffic.lost());
        }
    }

    private static List<SpokenFlow> flows(int vni) {
        List<SpokenFlow> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            flows.add(new SpokenFlow(
                    vni, SpokenFlow.Kind.TCP, "10.20.0." + (1 + i % 50), 40_000 + i, "203.0.113.10", 443));
        }
        return flows;
    }

    private static void compare(FlowBook book, List<SpokenFlow> firstFlows, List<SpokenFlow> secondFlows) {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        int equalCookies = 0;
        int otherAppliance = 0;
        int whole = 0;
        for (int i = 0; i < FLOWS; i++) {
            List<FlowBook.Stretch> first = seen.getOrDefault(
                    new FlowBook.FlowName(FIRST_ENDPOINT, firstFlows.get(i).tuple()), List.of());
            List<FlowBook.Stretch> second = seen.getOrDefault(
                    new FlowBook.FlowName(SECOND_ENDPOINT, secondFlows.get(i).tuple()), List.of());
            if (first.size() == 1 && second.size() == 1 && both(first.getFirst()) && both(second.getFirst())) {
                whole++;
                equalCookies += first.getFirst().cookie == second.getFirst().cookie ? 1 : 0;
                otherAppliance += first.getFirst().appliance.equals(second.getFirst().appliance) ? 0 : 1;
            }
        }
        observed("whole", whole);
        observed("equal-cookies", equalCookies);
        observed("other-appliance", otherAppliance);
    }

    private static boolean both(FlowBook.Stretch stretch) {
        return stretch.fromClient == 2 && stretch.fromServer == 2;
    }

    private static int stretches(FlowBook book, List<SpokenFlow> flows, long endpoint) {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        return flows.stream()
                .mapToInt(flow -> seen.getOrDefault(new FlowBook.FlowName(endpoint, flow.tuple()), List.of())
                        .size())
                .sum();
    }
}
