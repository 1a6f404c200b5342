// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.awaitility.Awaitility.await;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.program.ManagedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A gateway node in a process and in a namespace of its own; its admin port is asked from within. */
final class NodeInNamespace implements AdminPort, AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(90);
    private static final int ANSWER_MS = 10_000;

    private final Namespace namespace;
    private final String name;
    private final String admin;
    private final Path log;
    private final ManagedProcess process;

    /**
     * Starts a node.
     *
     * @param namespace where it lives
     * @param directory for its configuration, its data and its log; the master secret of all nodes is {@code secret} there
     * @param name of its files
     * @param yaml its configuration
     * @param admin address and port of its admin routes, as the configuration says
     * @param roles what it does
     */
    NodeInNamespace(Namespace namespace, Path directory, String name, String yaml, String admin, String roles)
            throws IOException {
        this.namespace = namespace;
        this.name = name;
        this.admin = admin;
        Path config = Files.writeString(directory.resolve(name + ".yaml"), yaml);
        Path data = Files.createDirectories(directory.resolve(name + "-data"));
        Files.write(data.resolve("secret"), new byte[32]);
        log = directory.resolve(name + ".log");
        List<String> command = new ArrayList<>(NodeProcess.command(config, data));
        command.addAll(1, List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("--shards", "1", "--roles", roles));
        process = ManagedProcess.start(name, namespace, command, log);
    }

    /** Waits until the node says that it can do its job. */
    NodeInNamespace ready() {
        await(name).atMost(START_MAX).until(() -> {
            if (!process.alive()) {
                throw new AssertionError("the node has ended:\n" + Files.readString(log));
            }
            return status("/readyz") == 200;
        });
        return this;
    }

    private int status(String path) {
        return namespace.call(() -> {
            HttpURLConnection connection = connection(path);
            try {
                return connection.getResponseCode();
            } catch (IOException notYet) {
                return 0;
            } finally {
                connection.disconnect();
            }
        });
    }

    private HttpURLConnection connection(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://" + admin + path).toURL().openConnection();
        connection.setConnectTimeout(ANSWER_MS);
        connection.setReadTimeout(ANSWER_MS);
        connection.setRequestProperty("Connection", "close");
        return connection;
    }

    @Override
    public String get(String path) {
        return namespace.call(() -> {
            HttpURLConnection connection = connection(path);
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            } finally {
                connection.disconnect();
            }
        });
    }

    /** Sum of the series of a metric that have this text in their labels. */
    double metric(String metric, String labels) {
        return get("/metrics")
                .lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .filter(line -> line.contains(labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Ends it as a power cut does. */
    void kill() {
        process.kill();
    }

    /** Stops the process where it stands, or lets it go on: {@code STOP} or {@code CONT}. */
    void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + signal + " " + name + " failed");
        }
    }

    @Override
    public void close() {
        process.kill();
    }
}
