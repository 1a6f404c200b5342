// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.testkit.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Nodes of one cluster on loopback, each a process that is started, killed and started again from its directory. */
final class ClusterProcesses implements AutoCloseable {

    private final Path directory;
    private final String more;
    private final List<Integer> ports = new ArrayList<>();
    private final List<Integer> adminPorts = new ArrayList<>();
    private final List<String> roles;
    private final NodeProcess[] running;

    /**
     * Starts nothing yet.
     *
     * @param directory for all files
     * @param roles of each node
     * @param more keys below {@code cluster}, each with a comma before it
     */
    ClusterProcesses(Path directory, List<String> roles, String more) throws IOException {
        this.directory = directory;
        this.roles = roles;
        this.more = more;
        this.running = new NodeProcess[roles.size()];
        for (int i = 0; i < roles.size(); i++) {
            ports.add(FreePorts.next());
            adminPorts.add(FreePorts.next());
            Files.write(
                    Files.createDirectories(directory.resolve(name(i) + "-data"))
                            .resolve("secret"),
                    new byte[32]);
        }
    }

    private static String name(int index) {
        return "gw-" + (index + 1);
    }

    /** Starts a node and waits until it is ready. */
    NodeProcess start(int index) {
        return begin(index).ready();
    }

    /** Starts a node. */
    NodeProcess begin(int index) {
        String members =
                ports.stream().map(port -> "\"127.0.0.1:" + port + "\"").collect(Collectors.joining(", "));
        String yaml =
                """
                node: {id: %s, zone: az1, flow-capacity: 2000, secret-file: secret}
                cluster: {name: config-%d, listen: "127.0.0.1:%d", members: [%s]%s}
                admin: {listen: "127.0.0.1:%d"}
                zones: [az1]
                """.formatted(name(index), ports.getFirst(), ports.get(index), members, more, adminPorts.get(index));
        try {
            running[index] = new NodeProcess(
                    directory, name(index), yaml, "127.0.0.1:" + adminPorts.get(index), "--roles", roles.get(index));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return running[index];
    }

    NodeProcess node(int index) {
        return running[index];
    }

    /** Ends a node as a power cut does. */
    void kill(int index) throws InterruptedException {
        running[index].kill();
    }

    /** A document with these zones. */
    static String zones(String... names) {
        return "zones: [" + String.join(", ", names) + "]\n";
    }

    /** Names of the zones of a node's configuration. */
    List<String> zonesOf(int index) throws IOException, InterruptedException {
        return new JsonObject(running[index].get("/v1/zones?limit=500"))
                .getJsonArray("zones").stream()
                        .map(JsonObject.class::cast)
                        .map(zone -> zone.getString("name"))
                        .sorted()
                        .toList();
    }

    @Override
    public void close() {
        for (NodeProcess node : running) {
            if (node != null) {
                node.close();
            }
        }
    }
}
