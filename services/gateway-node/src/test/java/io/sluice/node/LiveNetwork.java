// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Topology;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cables of the kernel tests that speak GENEVE themselves on both sides.
 *
 * <pre>
 *   spoke 10.0.0.2, 10.0.0.3 ── 10.0.0.1 node 10.1.1.1, 10.1.2.1 ── 10.1.1.11 …, 10.1.2.11 … appliances
 * </pre>
 */
final class LiveNetwork implements AutoCloseable {

    static final String ADMIN = "127.0.0.1:8080";

    private static final int CABLE_MTU_BYTES = 9_000;

    private static final String DROPS = "/v1/drops";
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(10);
    private static final long ASKED_EVERY_MS = 50;

    private final Topology topology = new Topology(new CommandRunner());
    private final Namespace spoke;
    private final Namespace appliances;

    /** Lays them, inside a sandbox. */
    LiveNetwork() {
        Namespace gateway = topology.own();
        spoke = topology.addNamespace("spoke");
        appliances = topology.addNamespace("fw");
        topology.cable(gateway.port("spoke"), spoke.port("eth0"), CABLE_MTU_BYTES);
        topology.cable(gateway.port("appliances"), appliances.port("eth0"), CABLE_MTU_BYTES);
        gateway.address("spoke", "10.0.0.1/24");
        spoke.address("eth0", "10.0.0.2/24");
        spoke.address("eth0", "10.0.0.3/24");
        for (int zone = 1; zone <= 2; zone++) {
            gateway.address("appliances", "10.1." + zone + ".1/24");
            List<String> lines = new ArrayList<>();
            for (int host = 11; host < 21; host++) {
                lines.add("address add 10.1." + zone + "." + host + "/24 dev eth0");
            }
            appliances.ipBatch(lines);
        }
    }

    Namespace spoke() {
        return spoke;
    }

    Namespace appliances() {
        return appliances;
    }

    /** What the gateway says of its drops and packets at this moment, in which a packet may be half way through. */
    static JsonObject counters(AdminPort node) throws Exception {
        return new JsonObject(node.get(DROPS));
    }

    /**
     * The same once nothing is under way any more: a packet is counted as sent after the kernel has it, so its receiver
     * may well ask first. Where the sum never comes out, what the node said last.
     */
    static JsonObject countersAtRest(AdminPort node) throws Exception {
        long giveUp = System.nanoTime() + SETTLES_WITHIN.toNanos();
        JsonObject counters = counters(node);
        while (imbalance(counters) != 0 && System.nanoTime() - giveUp < 0) {
            Thread.sleep(ASKED_EVERY_MS);
            counters = counters(node);
        }
        return counters;
    }

    /** In + generated − out − dropped − held: 0 at any quiet moment. */
    static long imbalance(JsonObject counters) {
        JsonObject packets = counters.getJsonObject("packets");
        return packets.getLong("endpoint-in")
                + packets.getLong("target-in")
                + packets.getLong("link-in")
                + packets.getLong("generated")
                - packets.getLong("endpoint-out")
                - packets.getLong("target-out")
                - packets.getLong("link-out")
                - packets.getLong("dropped")
                - packets.getLong("held");
    }

    /** Datagrams that the kernel dropped at the sockets of a namespace because their buffers were full. */
    static long kernelDrops(Namespace namespace) {
        return namespace.call(() -> {
            try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net/udp"))) {
                return lines.skip(1)
                        .map(String::strip)
                        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
            }
        });
    }

    /** State of a target as the node says it; empty where it has no such target, or does not answer yet. */
    static String state(Gateway node, String target) throws Exception {
        return new JsonObject(node.get("/v1/targets"))
                .getJsonArray("targets", new JsonArray()).stream()
                        .map(JsonObject.class::cast)
                        .filter(json -> json.getString("id").equals(target))
                        .map(json -> json.getString("state"))
                        .findFirst()
                        .orElse("");
    }

    @Override
    public void close() {
        topology.close();
    }
}
