// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What a JVM found out about the classes of a node, for its next starts (JEP 483, 514), as the launcher has it of its build.
 * Found out once for the classes as they are, whoever asks first: tests and scenarios of one module share it below
 * {@code target}. It knows only jars, so directories of the class path are made jars; those of tests are left out. Where it
 * cannot be had, nodes start slower.
 */
final class QuickStart {

    private static final String MAIN = "io.sluice.node.Main";

    /** Beside what the JVM says of a cache it cannot use: nothing, as it then starts without. */
    private static final List<String> QUIET = List.of("-Xlog:aot=off", "-Xlog:cds=off");

    private static final int SECONDS_MAX = 300;

    private static final Path DIRECTORY = Path.of("target", "quick-start").toAbsolutePath();

    /** Port 6081 is the node's own, so that the training has an address that no test has. */
    private static final String NETWORK = LoopbackPath.NETWORK + "250.";

    /** Walked through once in each process. */
    private static final class Own {
        static final JarPath JARS = read();

        private static JarPath read() {
            try {
                return JarPath.own();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private QuickStart() {}

    /**
     * The end of a command line that starts a node, before its arguments: cache, class path, main class.
     *
     * @param start its beginning, java and the options that say what is open to whom; the same for all
     */
    static List<String> of(List<String> start) {
        try {
            JarPath jars = Own.JARS;
            Path home = DIRECTORY.resolve(jars.key());
            Path cache = home.resolve("node.aot");
            String classPath = Files.exists(cache) ? jars.in(home) : found(start, jars, home, cache);
            List<String> end = new ArrayList<>();
            if (Files.size(cache) > 0) {
                end.add("-XX:AOTCache=" + cache);
                end.addAll(QUIET);
            }
            end.addAll(List.of("-cp", classPath, MAIN));
            return end;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /** The jars as a class path, once they and the cache are there; one process makes them, others wait. */
    private static String found(List<String> start, JarPath jars, Path home, Path cache)
            throws IOException, InterruptedException {
        Files.createDirectories(DIRECTORY);
        synchronized (QuickStart.class) { // a lock of a file is its process's
            try (FileChannel channel = FileChannel.open(
                            DIRECTORY.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                if (!Files.exists(cache)) {
                    forgetOthers();
                    jars.make(Files.createDirectories(home));
                    Path made = home.resolve("made.aot");
                    train(start, jars.in(home), home, made);
                    if (!Files.exists(made)) {
                        System.err.println("nodes start slower, see " + home.resolve("log"));
                        Files.createFile(made);
                    }
                    Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
        return jars.in(home);
    }

    /** Removes what was found out about classes that have changed since; not what another run may just use. */
    private static void forgetOthers() throws IOException {
        Instant inUse = Instant.now().minus(Duration.ofHours(1));
        try (var homes = Files.list(DIRECTORY)) {
            for (Path old : homes.filter(Files::isDirectory).toList()) {
                if (Files.getLastModifiedTime(old).toInstant().isAfter(inUse)) {
                    continue;
                }
                try (var files = Files.walk(old)) {
                    files.sorted((a, b) -> b.compareTo(a))
                            .forEach(file -> file.toFile().delete());
                }
            }
        }
    }

    /** A short life of a node with every role, in a cluster of its own. Leaves nothing where that takes too long or the node ends. */
    private static void train(List<String> start, String classPath, Path home, Path made)
            throws IOException, InterruptedException {
        int admin = FreePorts.next();
        Path config =
                Files.writeString(home.resolve("node.yaml"), """
                node: {id: training, zone: az1, shards: 1}
                ingress: {listen: "NET.1:6080"}
                appliances: {listen: "NET.1:6081"}
                admin: {listen: "127.0.0.1:%d"}
                cluster: {name: training-%s, listen: "127.0.0.1:%d"}
                zones: [az1]
                target-groups: [{name: firewalls, targets: [{id: NET.2}]}]
                load-balancers: [{name: inspection, listener: {target-group: firewalls}}]
                endpoints: [{id: vpce-00000000000000001, vni: 100, load-balancer: inspection, attachments: ["NET.3"]}]
                """.formatted(admin, UUID.randomUUID(), FreePorts.next())
                        .replace("NET.", NETWORK));
        List<String> command = new ArrayList<>(start);
        command.addAll(QUIET);
        command.addAll(List.of("-XX:AOTCacheOutput=" + made, "-cp", classPath, MAIN));
        command.addAll(List.of(
                "--config",
                config.toString(),
                "--data-dir",
                home.resolve("data").toString()));
        Process node = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
            while (!isReady(admin)) {
                if (System.nanoTime() > deadline) {
                    return;
                }
                if (!node.isAlive()) {
                    return;
                }
                node.waitFor(100, TimeUnit.MILLISECONDS);
            }
            node.destroy();
            node.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        } finally {
            node.destroyForcibly().waitFor();
        }
    }

    /** Whether the node is; asks for what tests ask for most. */
    private static boolean isReady(int admin) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String path : List.of("/readyz", "/metrics", "/v1/targets", "/v1/flows")) {
                HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + path))
                        .timeout(Duration.ofSeconds(SECONDS_MAX))
                        .build();
                if (http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                                .statusCode()
                        != 200) {
                    return false;
                }
            }
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
