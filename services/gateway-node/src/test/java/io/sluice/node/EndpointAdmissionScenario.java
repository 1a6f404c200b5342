// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@link EndpointAdmissionKernelIT} runs: an endpoint of another account's service waits, is accepted, and is
 * rejected, while a neighbour behind the same load balancer talks on.
 */
final class EndpointAdmissionScenario {

    static final int FLOWS = 50;

    private static final int GUEST_VNI = 100;
    private static final int NEIGHBOUR_VNI = 200;
    private static final long GUEST = 0xa1b2c3d4e5f60718L;
    private static final int PATIENCE_MS = 200;
    private static final Duration CHANGE_MAX = Duration.ofSeconds(20);

    private static final String OF_THE_GATEWAY = """
            zones: [az1]
            target-groups:
              - name: firewalls
                targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoint-services:
              - {name: offer, load-balancers: [inspection], account: "111111111111", allowed-principals: ["222222222222"]}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, account: "222222222222", service: offer,%s attachments: ["10.0.0.2:6080"]}
              - {id: vpce-0a1b2c3d4e5f60719, vni: 200, zone: az1, load-balancer: inspection, attachments: ["10.0.0.3:6080"]}
            """;

    private static final String OF_THE_PROCESS = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private final Gateway node;
    private final ApplianceFleet fleet;
    private final EndpointSpeaker guest;
    private final PacedTraffic neighbour;
    private final Map<InnerTuple, ReturnedPacket> last;
    private final List<SpokenFlow> guestFlows = flows(GUEST_VNI);
    private final List<SpokenFlow> neighbourFlows = flows(NEIGHBOUR_VNI);

    private EndpointAdmissionScenario(
            Gateway node,
            ApplianceFleet fleet,
            EndpointSpeaker guest,
            PacedTraffic neighbour,
            Map<InnerTuple, ReturnedPacket> last) {
        this.node = node;
        this.fleet = fleet;
        this.guest = guest;
        this.neighbour = neighbour;
        this.last = last;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Map<InnerTuple, ReturnedPacket> last = new ConcurrentHashMap<>();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), ApplianceFleet.addresses(1, 2), (packet, appliances) -> {
                            if (packet.endpointId() == GUEST) {
                                last.put(packet.tuple(), packet);
                            }
                            appliances.sendBack(packet);
                        });
                Gateway node = Gateway.start(
                                Path.of(arguments[0]),
                                "gateway",
                                OF_THE_PROCESS + OF_THE_GATEWAY.formatted(""),
                                LiveNetwork.ADMIN)
                        .ready();
                EndpointSpeaker guest = new EndpointSpeaker(network.spoke(), "10.0.0.2");
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.3")) {
            PacedTraffic neighbour = new PacedTraffic(speaker);
            new EndpointAdmissionScenario(node, fleet, guest, neighbour, last).run();
            observed("neighbour.lost", neighbour.lost());
            observed("neighbour.unexpected", neighbour.unexpected());
            observed("imbalance", LiveNetwork.imbalance(LiveNetwork.countersAtRest(node)));
        }
    }

    private static List<SpokenFlow> flows(int vni) {
        List<SpokenFlow> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            flows.add(new SpokenFlow(vni, SpokenFlow.Kind.TCP, "10.20.0." + (1 + i), 40_000 + i, "203.0.113.10", 443));
        }
        return flows;
    }

    private void run() throws Exception {
        neighbourSays("S");
        observed("pending.stopped", stopped());

        put("accepted", " connection: accepted,");
        await("the accepted endpoint's packets pass").atMost(CHANGE_MAX).until(() -> round("S") == FLOWS);
        double before = unavailable();
        observed("accepted.returned", round("SA") + " " + round("PA"));
        observed("accepted.drops", unavailable() - before);
        observed("accepted.flows", liveFlows());
        neighbourSays("PA");

        // what a document does not say stays as it was
        put("unsaid", "");
        observed("unsaid.returned", round("PA"));

        List<ReturnedPacket> late = List.copyOf(last.values());
        put("rejected", " connection: rejected,");
        await("the rejected endpoint's packets are dropped").atMost(CHANGE_MAX).until(() -> round("PA") == 0);
        observed("rejected.stopped", stopped());
        await("the rejected endpoint's flows have ended").atMost(CHANGE_MAX).until(() -> liveFlows() == FLOWS);
        observed("rejected.returns", returnsStopped(late));
        neighbourSays("PA");

        put("again", " connection: accepted,");
        await("a new connection of the endpoint passes").atMost(CHANGE_MAX).until(() -> round("S") == FLOWS);
    }

    /** One packet of each of the guest's flows, of either side in turn; how many came back. */
    private int round(String flags) throws IOException {
        for (SpokenFlow flow : guestFlows) {
            guest.send(GUEST_VNI, flow.packet(!flags.equals("SA"), flags, 16));
        }
        int returned = 0;
        while (returned < FLOWS && guest.receive(PATIENCE_MS).length > 0) {
            returned++;
        }
        return returned;
    }

    /** What came back, reached an appliance, and was dropped for the endpoint's state, of a round of packets. */
    private String stopped() throws Exception {
        double before = unavailable();
        last.clear();
        int returned = round("S");
        await("every packet is counted").atMost(CHANGE_MAX).until(() -> unavailable() - before == FLOWS);
        return returned + " " + last.size() + " " + (long) (unavailable() - before);
    }

    /** What came back, and was dropped for the endpoint's state, of packets that appliances return late. */
    private String returnsStopped(List<ReturnedPacket> late) throws Exception {
        double before = unavailable();
        fleet.order(() -> {
            try {
                for (ReturnedPacket packet : late) {
                    fleet.sendBack(packet);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        await("every return is counted").atMost(CHANGE_MAX).until(() -> unavailable() - before == late.size());
        return guest.receive(PATIENCE_MS).length + " " + (late.size() >= FLOWS);
    }

    private void neighbourSays(String flags) throws IOException {
        for (SpokenFlow flow : neighbourFlows) {
            neighbour.exchange(flow, flow.packet(true, flags, 16));
        }
        neighbour.settle();
    }

    private double unavailable() throws IOException, InterruptedException {
        return Scenario.drops(node, "endpoint_not_available");
    }

    private long liveFlows() throws IOException, InterruptedException {
        return new JsonObject(node.get("/v1/flows?limit=1")).getLong("total");
    }

    private void put(String name, String connection) throws Exception {
        var answer = node.put("/v1/config", OF_THE_GATEWAY.formatted(connection));
        JsonObject body = new JsonObject(answer.body());
        observed(name + ".status", answer.statusCode());
        observed(
                name + ".changes",
                body.getJsonArray("changes").stream()
                        .map(JsonObject.class::cast)
                        .map(change -> change.getString("field") + " " + change.getString("from") + " "
                                + change.getString("to"))
                        .toList());
    }
}
