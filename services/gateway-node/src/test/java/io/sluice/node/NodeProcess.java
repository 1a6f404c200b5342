// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A gateway node in a process of its own, started as the launcher starts it. */
final class NodeProcess implements Gateway {

    /** Shards of every node of the tests, instead of those of its configuration. */
    static final String SHARDS = "SLUICE_TEST_SHARDS";

    /** What carries the packets of every node of the tests, instead of the best there is; a word of {@code node.transport}. */
    static final String TRANSPORT = "SLUICE_TEST_TRANSPORT";

    /**
     * The command of a node as {@code ./sluice run} starts it, its words with a space between, for figures of how long a start
     * takes: that depends on what the JVM knows of the classes already.
     */
    static final String COMMAND = "SLUICE_TEST_NODE_COMMAND";

    private static final String NODE = "node: {";

    private static final Duration START_MAX =
            Duration.ofMinutes(2).multipliedBy(Shape.asked().patience());

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final String admin;
    private final Path log;

    /**
     * Starts a node.
     *
     * @param directory for its configuration, its data and its log
     * @param name of its files
     * @param yaml its configuration
     * @param admin address and port of its admin routes, as the configuration says
     * @param arguments what else it is told
     */
    NodeProcess(Path directory, String name, String yaml, String admin, String... arguments) throws IOException {
        this(List.of(), directory, name, yaml, admin, arguments);
    }

    /**
     * Starts a node.
     *
     * @param options of its JVM, besides those of the launcher
     */
    NodeProcess(List<String> options, Path directory, String name, String yaml, String admin, String... arguments)
            throws IOException {
        this.admin = admin;
        Path config = Files.writeString(directory.resolve(name + ".yaml"), carriedAsAsked(yaml));
        log = directory.resolve(name + ".log");
        List<String> command = new ArrayList<>(command(config, directory.resolve(name + "-data")));
        command.addAll(1, options);
        command.addAll(List.of(arguments));
        String shards = System.getenv(SHARDS);
        if (shards != null) {
            command.addAll(List.of("--shards", shards));
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private static String carriedAsAsked(String yaml) {
        String transport = System.getenv(TRANSPORT);
        if (transport == null) {
            return yaml;
        }
        if (!yaml.contains(NODE)) {
            throw new IllegalArgumentException("no '" + NODE + "' to put a transport in: " + yaml);
        }
        return yaml.replace(NODE, NODE + "transport: " + transport + ", ");
    }

    /** The command line of a node, as the launcher's. */
    static List<String> command(Path config, Path data) {
        String given = System.getenv(COMMAND);
        List<String> command = new ArrayList<>(given == null ? command() : List.of(given.split(" ")));
        command.addAll(List.of("--config", config.toString(), "--data-dir", data.toString()));
        return List.copyOf(command);
    }

    /** Finds out what makes starts quick, which a scenario's time is not meant for. */
    static void prepare() {
        if (System.getenv(COMMAND) == null) {
            command();
        }
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Djava.net.preferIPv4Stack=true",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4",
                "-Dhazelcast.logging.type=slf4j",
                "-Xmx512m"));
        command.addAll(QuickStart.of(command));
        return command;
    }

    @Override
    public NodeProcess ready() {
        await(log.toString())
                .atMost(START_MAX)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("the node has ended:\n" + Files.readString(log));
                    }
                    return status("/readyz") == 200;
                });
        return this;
    }

    private HttpResponse<String> fetch(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + admin + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private int status(String path) throws IOException, InterruptedException {
        return fetch(path).statusCode();
    }

    @Override
    public String get(String path) throws IOException, InterruptedException {
        return fetch(path).body();
    }

    @Override
    public HttpResponse<String> put(String path, String document) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + admin + path))
                        .PUT(HttpRequest.BodyPublishers.ofString(document))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + admin + path))
                        .DELETE()
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public double metric(String name, String labels) throws IOException, InterruptedException {
        return sum(get("/metrics"), name, labels);
    }

    /** Sum of the series of a metric that have this text in their labels, in what {@code /metrics} has answered. */
    static double sum(String metrics, String name, String labels) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(labels))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the node does not end");
        }
        return process.exitValue();
    }

    @Override
    public String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void kill() throws InterruptedException {
        beginKill();
        exitCode();
    }

    /** The same without a wait for its end. */
    void beginKill() {
        process.destroyForcibly();
    }

    @Override
    public void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
