// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.lab.net.Namespace;
import io.sluice.records.journal.SyncedLog;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A gateway node of a cluster in its namespace: started, ended in every way there is, started again from its data. */
final class ClusterNode implements AutoCloseable {

    static final String ADMIN = "127.0.0.1:8080";

    private static final Duration START_MAX = Duration.ofMinutes(2);

    private final Namespace namespace;
    private final Path directory;
    private final String name;
    private final List<String> command;
    private Process process;

    /**
     * Starts it.
     *
     * @param namespace where it lives
     * @param directory for its configuration, its data and its log
     * @param name of its files
     * @param yaml its configuration
     */
    ClusterNode(Namespace namespace, Path directory, String name, String yaml) throws IOException {
        this.namespace = namespace;
        this.directory = directory;
        this.name = name;
        Path config = Files.writeString(directory.resolve(name + ".yaml"), yaml);
        List<String> java = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        java.addAll(NodeProcess.command(config, data()));
        java.addAll(List.of("--shards", "1"));
        command = namespace.command(java);
        process = launch();
    }

    /** Where it keeps what it must find again. */
    Path data() {
        return directory.resolve(name + "-data");
    }

    /** Starts it again once it has ended, from what it has kept. */
    void start() throws IOException, InterruptedException {
        awaitEnd();
        process = launch();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private Path log() {
        return directory.resolve(name + ".log");
    }

    /** Waits until it says that it can do its job. */
    ClusterNode ready() {
        await(log().toString()).atMost(START_MAX).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("the node has ended:\n" + Files.readString(log()));
            }
            return answer("GET", "/readyz", "").startsWith("200 ");
        });
        return this;
    }

    /** Status and body of an admin route, a blank between; empty where nobody answers. */
    String answer(String method, String path, String body) {
        return namespace.call(() -> {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://" + ADMIN + path).toURL().openConnection();
            try {
                connection.setConnectTimeout(2_000);
                connection.setReadTimeout(10_000);
                connection.setRequestMethod(method);
                if (!body.isEmpty()) {
                    connection.setDoOutput(true);
                    connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
                }
                int status = connection.getResponseCode();
                var stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
                return status + " " + (stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException nobody) {
                return "";
            } finally {
                connection.disconnect();
            }
        });
    }

    /** Body of an admin route. */
    String get(String path) {
        String answer = answer("GET", path, "");
        if (!answer.startsWith("200 ")) {
            throw new IllegalStateException(name + ": " + path + " answers '" + answer + "'");
        }
        return answer.substring(4);
    }

    /** What it has of memory, and how long collections held it up since its start. */
    String memory() throws IOException {
        String resident = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .findFirst()
                .orElse("VmRSS: 0 kB");
        String pauses = "jvm_gc_pause_seconds_";
        return "resident %d MB, heap in use %.0f MB, live after a collection %.0f MB, %.0f pauses of %.0f ms together, %.0f ms lately at most"
                .formatted(
                        Long.parseLong(resident.replaceAll("\\D", "")) >> 10,
                        metric("jvm_memory_used_bytes", "area=\"heap\"") / 1e6,
                        metric("jvm_gc_live_data_size_bytes", "") / 1e6,
                        metric(pauses + "count", ""),
                        metric(pauses + "sum", "") * 1e3,
                        metric(pauses + "max", "") * 1e3);
    }

    /** Sum of the series of a metric that have this text in their labels. */
    double metric(String metric, String labels) {
        return NodeProcess.sum(get("/metrics"), metric, labels);
    }

    /** Waits until it knows that so many targets are healthy. */
    void awaitHealthy(int targets, Duration within) {
        await(name + ": all targets are healthy")
                .atMost(within)
                .ignoreExceptions()
                .until(() -> metric("sluice_target_healthy", "firewalls") == targets);
    }

    /** Prints what it says of flows and of the bus, where that is not 0. */
    void printFlows() {
        get("/metrics")
                .lines()
                .filter(line -> line.startsWith("sluice_flow") || line.startsWith("sluice_bus_failures"))
                .filter(line -> !line.endsWith(" 0.0"))
                .forEach(line -> System.out.println(name + ": " + line));
    }

    /** Ends it as a power cut does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * What a power cut takes of the files of a node that was killed: the end of the log of its journal that the disk did not
     * have for certain when it last acknowledged something.
     */
    void loseWhatWasNotSynced() throws IOException {
        SyncedLog synced = SyncedLog.read(data());
        try (FileChannel log = FileChannel.open(synced.file(), StandardOpenOption.WRITE)) {
            observed(name + ".lost-of-journal", log.size() - synced.bytes());
            log.truncate(synced.bytes());
        }
    }

    /** SIGTERM: from now on it lets go of what it has, which takes a while. */
    void stop() {
        process.destroy();
    }

    private void awaitEnd() throws InterruptedException {
        if (!process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end");
        }
    }

    /** Hangs it, or lets it go on. */
    void hang(boolean hung) throws IOException, InterruptedException {
        new ProcessBuilder("kill", hung ? "-STOP" : "-CONT", Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Lines of its log that are warnings or worse. */
    List<String> complaints() throws IOException {
        try (var lines = Files.lines(log())) {
            return lines.filter(line -> line.contains("ERROR") || line.contains("Exception"))
                    .toList();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
