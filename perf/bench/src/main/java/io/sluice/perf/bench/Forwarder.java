// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running process that forwards, on the forwarders' core. It lives through the whole run: what is measured is a warm
 * forwarder, and idle ones wait.
 */
final class Forwarder implements AutoCloseable {

    private static final int STOP_S = 15;

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
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // an interrupted run leaves nothing behind
        Forwarder forwarder = new Forwarder(row, process, log, around);
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

    boolean isAlive() {
        return process.isAlive();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Asks it to end, then makes it. */
    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .orTimeout(STOP_S, TimeUnit.SECONDS)
                .exceptionally(stuck -> process.destroyForcibly())
                .join();
        around.close();
    }
}
