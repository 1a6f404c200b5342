// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.lab.program.JavaProgram;
import io.sluice.lab.program.ManagedProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The programs of the churn: a gateway node and its appliances, each a process.
 *
 * <p><b>Threading</b>: confined to one thread, but for {@link #close}, which may be called from any, and more than once.
 */
final class ChurnPrograms implements AutoCloseable {
    static final String ADMIN = "127.0.0.1:8080";

    private static final int APPLIANCE_PORT = 6081;
    private static final int CONTROL_PORT = 8081;
    /** What the prober says of a target says how its probe failed. */
    private static final String PROBE_FAILED = " event=target_unhealthy ";

    private static final int TAIL_LINES = 15;
    private static final List<String> LIGHT =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx96m");

    private final ChurnNetwork network;
    private final Path directory;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<ManagedProcess> processes = new ArrayList<>(); // guarded by itself

    ChurnPrograms(ChurnNetwork network, Path directory) {
        this.network = network;
        this.directory = directory;
    }

    /** Starts everything; returns before anything is ready. */
    void start(ObjectNode document) throws IOException {
        Path configuration = directory.resolve("gateway.yaml");
        StringBuilder yaml = new StringBuilder("""
            node: {id: gw-1, zone: az1, flow-capacity: 65536}
            ingress: {listen: "%s:%d"}
            appliances: {listen: "%s:%d", zones: {az2: "%s:%d"}}
            admin: {listen: "%s"}
            """.formatted(
                        ChurnNetwork.INGRESS,
                        LiveTraffic.INGRESS_PORT,
                        ChurnNetwork.FIRST_NODE,
                        APPLIANCE_PORT,
                        ChurnNetwork.SECOND_NODE,
                        APPLIANCE_PORT,
                        ADMIN));
        // JSON is YAML
        document.properties()
                .forEach(entry -> yaml.append(entry.getKey())
                        .append(": ")
                        .append(entry.getValue())
                        .append('\n'));
        Files.writeString(configuration, yaml);
        Path data = Files.createDirectories(directory.resolve("gateway-data"));
        List<String> node = JavaProgram.command(
                List.of("-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m", "-XX:MaxDirectMemorySize=512m"),
                "io.sluice.node.Main",
                List.of("--config", configuration.toString(), "--data-dir", data.toString()));
        keep(ManagedProcess.start("gateway", network.gateway(), node, gatewayLog()));
        for (Firewall firewall : Firewall.ALL) {
            List<String> appliance = JavaProgram.command(
                    LIGHT,
                    "io.sluice.appliance.ApplianceMain",
                    List.of(
                            "--listen",
                            firewall.address() + ":" + APPLIANCE_PORT,
                            "--control",
                            firewall.address() + ":" + CONTROL_PORT,
                            "--log",
                            directory.resolve(firewall.address() + "-flows.log").toString()));
            keep(ManagedProcess.start(
                    firewall.address(),
                    network.appliances(),
                    appliance,
                    directory.resolve(firewall.address() + ".log")));
        }
    }

    private void keep(ManagedProcess process) {
        synchronized (processes) {
            processes.add(process);
        }
    }

    private List<ManagedProcess> all() {
        synchronized (processes) {
            return List.copyOf(processes);
        }
    }

    /** Where the gateway's output goes. */
    Path gatewayLog() {
        return directory.resolve("gateway.log");
    }

    /** The first program that runs no more. */
    Optional<String> ended() {
        return all().stream()
                .filter(process -> !process.alive())
                .map(ManagedProcess::name)
                .findFirst();
    }

    /** Makes an appliance fail its health checks or meet them; it returns packets all the same. */
    void answerChecks(String address, boolean well) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":" + CONTROL_PORT + "/mode"))
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.ofString(well ? "normal" : "unhealthy"))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(address + " answered " + response.statusCode() + ": " + response.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Lines of the gateway's output that it must not have: exceptions, and what it calls errors. */
    List<String> gatewayTroubles() throws IOException {
        return new String(Files.readAllBytes(gatewayLog()), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.contains(PROBE_FAILED))
                .filter(line -> line.contains("Exception")
                        || line.contains("\"ERROR\"")
                        || line.contains(" ERROR ")
                        || line.contains("java.lang.")
                        || line.startsWith("\tat "))
                .toList();
    }

    /** The last lines of each program. */
    List<String> tails() {
        List<String> lines = new ArrayList<>();
        for (ManagedProcess process : all()) {
            lines.add("--- last lines of " + process.name() + (process.alive() ? "" : " (ended)"));
            process.tail(TAIL_LINES).forEach(line -> lines.add("    " + line));
        }
        return lines;
    }

    @Override
    public void close() {
        List<ManagedProcess> ending = all();
        ending.forEach(ManagedProcess::terminate);
        ending.forEach(ManagedProcess::awaitEnd);
        client.shutdownNow();
    }
}
