// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@link SharedAddressKernelIT} runs: two nodes behind one ingress address, reached by equal-cost routes. The two
 * directions of every flow come from two attachments whose ways end at different nodes.
 */
final class SharedAddressScenario {

    static final int FLOWS = 200;

    private static final int VNI = 100;
    private static final int PATIENCE_MS = 3_000;
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(40);

    private final Map<InnerTuple, Set<String>> places = new ConcurrentHashMap<>();

    private SharedAddressScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        new SharedAddressScenario().run(Path.of(arguments[0]));
    }

    private void run(Path directory) throws Exception {
        InetSocketAddress shared = new InetSocketAddress(InetAddress.ofLiteral(TwoNodeNetwork.SHARED), 6080);
        try (TwoNodeNetwork network = new TwoNodeNetwork(directory);
                ApplianceFleet fleet =
                        new ApplianceFleet(network.appliances(), ApplianceFleet.addresses(1, 4), this::inspect);
                NodeInNamespace decisions = network.decisions();
                NodeInNamespace first = network.packets(1, true);
                NodeInNamespace second = network.packets(2, true)) {
            decisions.ready();
            first.ready();
            second.ready();
            await("all targets are healthy")
                    .atMost(HEALTHY_WITHIN)
                    .until(() -> decisions.metric("sluice_target_healthy", "") == 4);
            String clientSide = attachment(network, 1);
            String serverSide = attachment(network, 2);
            try (EndpointSpeaker there = new EndpointSpeaker(network.spoke(), clientSide, shared);
                    EndpointSpeaker back = new EndpointSpeaker(network.spoke(), serverSide, shared)) {
                observed("there", pass(there, true));
                observed("back", pass(back, false));
                observed("there-again", pass(there, true));
                observed("strangers", there.strangers() + back.strangers());
            }
            observed("flows", places.size());
            observed(
                    "moved",
                    places.values().stream().filter(seen -> seen.size() > 1).count());
            observed("entered.gw-1", (long) first.metric("sluice_packets_total", "place=\"endpoint-in\""));
            observed("entered.gw-2", (long) second.metric("sluice_packets_total", "place=\"endpoint-in\""));
            JsonObject counters = LiveNetwork.countersAtRest(decisions);
            observed("imbalance", LiveNetwork.imbalance(counters));
            observed("dropped", counters.getJsonObject("packets").getLong("dropped"));
            observed("drop-reasons", counters.getJsonObject("drops").encode());
            observed("appliances.saw", fleet.received());
        }
    }

    private static String attachment(TwoNodeNetwork network, int node) {
        return TwoNodeNetwork.attachments().stream()
                .filter(address -> network.nodeOf(address) == node)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the router sends no attachment to node " + node));
    }

    private void inspect(ReturnedPacket packet, ApplianceFleet fleet) throws IOException {
        InnerTuple tuple = packet.tuple();
        places.computeIfAbsent(
                        tuple.source().compareTo(tuple.destination()) < 0 ? tuple : tuple.reversed(),
                        added -> new TreeSet<>())
                .add("%s %08x".formatted(packet.appliance().getHostAddress(), packet.cookie()));
        fleet.sendBack(packet);
    }

    /** Sends one packet of each flow in one direction; how many come back to where they were sent from, as they were. */
    private static int pass(EndpointSpeaker speaker, boolean fromClient) throws IOException {
        int returned = 0;
        for (int flow = 0; flow < FLOWS; flow++) {
            byte[] inner = packet(flow, fromClient);
            speaker.send(VNI, inner);
            byte[] datagram = speaker.receive(PATIENCE_MS);
            boolean same = datagram.length == EndpointSpeaker.HEADER_BYTES + inner.length
                    && EndpointSpeaker.vni(datagram) == VNI
                    && Arrays.equals(InnerTuple.innerOf(datagram), inner);
            returned += same ? 1 : 0;
        }
        return returned;
    }

    /** Half of the flows are UDP, half TCP: a SYN there, a SYN-ACK back, and the SYN again. */
    private static byte[] packet(int flow, boolean fromClient) {
        PacketBuilder packet = PacketBuilder.ipv4()
                .from(fromClient ? TwoNodeNetwork.CLIENT : TwoNodeNetwork.SERVER)
                .to(fromClient ? TwoNodeNetwork.SERVER : TwoNodeNetwork.CLIENT);
        int from = fromClient ? 40_000 + flow : 443;
        int to = fromClient ? 443 : 40_000 + flow;
        return flow % 2 == 0
                ? packet.udp(from, to).payload(new byte[100]).build()
                : packet.tcp(from, to).flags(fromClient ? "S" : "SA").build();
    }
}
