// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running process that forwards, on the forwarders' core. It lives through the whole run: what is measured is a warm
 * forwarder, and idle ones wait.
 */
final class Forwarder implements AutoCloseable {

    private static final int STOP_S = 15;
    private static final int CATCH_UP_MS = 500;
    private static final int CATCH_UP_S_MAX = 120;

    /** A gateway that carries nothing still probes its targets. */
    private static final double IDLE = 0.1;

    private final Row row;
    private final Process process;
    private final Path log;
    private final Surroundings around;

    private Forwarder(Row row, Process process, Path log, Surroundings around) {
        this.row = row;
        this.process = process;
        this.log = log;
        this.around = around;
    }

    /** Starts the process of a row; {@link #log} tells when it is ready. */
    static Forwarder start(Row row, Groups groups, Settings settings) throws IOException, InterruptedException {
        Surroundings around = Surroundings.of(row, groups, settings);
        List<String> command = new ArrayList<>(Load.pinned(settings.forwarderCore()));
        command.addAll(around.enter());
        String address = Addresses.forwarder(row);
        String built = settings.root().resolve("perf/baseline/target").toString();
        switch (row.kind()) {
            case GATEWAY -> command.addAll(GatewayNode.command(row, groups, settings));
            case C_REFLECTOR -> command.addAll(List.of(built + "/reflector", "--ingress", address));
            case NGINX -> command.addAll(NginxProxy.command(row, groups, settings));
            case OPEN_VSWITCH -> command.addAll(OpenVSwitch.command(row, settings.scratch()));
            case KERNEL -> command.addAll(KernelForwarding.command());
            case C_FORWARDER -> {
                command.addAll(List.of(built + "/forwarder", "--ingress", address, "--appliances", address));
                command.addAll(List.of("--flows", String.valueOf(settings.flowCapacity())));
                groups.endpointsOf().forEach((targets, endpoints) -> {
                    for (int i = 0; i < endpoints; i++) {
                        int vni = Addresses.vni(targets, i);
                        command.add("--group");
                        command.add(vni + "," + vni + "," + Addresses.endpoint(row) + ","
                                + Addresses.target(row, targets, 0) + "," + targets);
                    }
                });
            }
        }
        if (row.kind() != Row.Kind.GATEWAY && row.kind() != Row.Kind.OPEN_VSWITCH) {
            command.addAll(row.options());
        }
        Path log = settings.scratch().resolve(row.text() + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        if (row.kind() == Row.Kind.GATEWAY && !settings.jvmOptions().isBlank()) {
            builder.environment().merge("SLUICE_JAVA_OPTS", settings.jvmOptions(), (usual, more) -> usual + " " + more);
        }
        Process process = builder.start();
        Forwarder forwarder = new Forwarder(row, process, log, around);
        // an interrupted run leaves nothing behind
        Runtime.getRuntime().addShutdownHook(new Thread(forwarder::askToEnd));
        try {
            around.complete();
        } catch (RowUnavailableException e) {
            forwarder.close();
            throw e;
        }
        return forwarder;
    }

    Row row() {
        return row;
    }

    long pid() {
        return process.pid();
    }

    /** The process whose CPU time is the forwarder's; 0 where no process does the work, but the core in interrupts. */
    long workingPid() {
        return row.kind() == Row.Kind.KERNEL ? 0 : pid();
    }

    /**
     * Stops a gateway while another row is measured ({@code SIGSTOP}): its timers, compilers and flows that expire are no
     * load of the other's core. The programs in C and the proxy wait for packets and do nothing else.
     */
    void rest() {
        signal("-STOP");
    }

    /**
     * Lets it go on, and waits until it has done what has become due while it stood still. Of a process that works all the time
     * flows expire one after the other; after minutes of rest a million is due at once, and would be load of the next cell.
     */
    void work() throws InterruptedException {
        if (!signal("-CONT")) {
            Thread.sleep(CATCH_UP_MS); // who did not rest has the core for itself for as long
            return;
        }
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCH_UP_S_MAX);
        double busy;
        do {
            long fromNs = System.nanoTime();
            long usedNs = cpuNs();
            Thread.sleep(CATCH_UP_MS);
            busy = (double) (cpuNs() - usedNs) / (System.nanoTime() - fromNs);
        } while (busy > IDLE && System.nanoTime() < untilNs);
    }

    private long cpuNs() {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    private boolean signal(String signal) {
        if (row.kind() != Row.Kind.GATEWAY || !process.isAlive()) {
            return false;
        }
        try {
            return new ProcessBuilder("kill", signal, String.valueOf(pid()))
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void askToEnd() {
        process.destroy();
        signal("-CONT"); // who rests hears nothing
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Asks it to end, then makes it. */
    @Override
    public void close() {
        askToEnd();
        process.onExit()
                .orTimeout(STOP_S, TimeUnit.SECONDS)
                .exceptionally(stuck -> process.destroyForcibly())
                .join();
        around.close();
    }
}
