// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import io.sluice.lab.os.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace: its devices' addresses, routes and kernel settings, and the ways to run something inside.
 *
 * <p>Two ways in: {@link #command} prefixes a program's command line (the program keeps the process id that it was
 * started with, so it can be killed by handle), {@link #threads} makes threads of this very process that live there.
 * A socket belongs to the namespace of the thread that opened it for as long as it exists, so one process can hold the
 * clients and servers of all hosts of a topology, at a hundredth of the price of a process each.
 */
public final class Namespace {
    private static final Path HANDLES = Path.of("/run/netns");

    private final @Nullable String name;
    private final CommandRunner runner;

    private Namespace(@Nullable String name, CommandRunner runner) {
        this.name = name;
        this.runner = runner;
    }

    static Namespace create(String name, CommandRunner runner) {
        runner.run(List.of("ip", "netns", "add", name));
        return new Namespace(name, runner);
    }

    /** The namespace that this process was started in. */
    static Namespace own(CommandRunner runner) {
        return new Namespace(null, runner);
    }

    public String name() {
        return name == null ? "(own)" : name;
    }

    /** A device of this namespace; it need not exist yet. */
    public Port port(String device) {
        return new Port(this, device);
    }

    /** Runs {@code ip} here, for example {@code ip("link", "set", "lo", "up")}; returns what it printed. */
    public String ip(String... arguments) {
        List<String> command = ipCommand();
        command.addAll(List.of(arguments));
        return runner.run(command);
    }

    /** Runs several {@code ip} command lines here in one process, stopping at the first that fails. */
    public void ipBatch(List<String> lines) {
        List<String> command = ipCommand();
        command.addAll(List.of("-batch", "-"));
        runner.run(command, String.join("\n", lines) + "\n");
    }

    /** Adds an address such as {@code 10.0.0.1/24} or {@code 2001:db8::1/64} (usable at once: no duplicate detection). */
    public void address(String device, String prefix) {
        if (prefix.contains(":")) {
            ip("-6", "address", "add", prefix, "dev", device, "nodad");
        } else {
            ip("address", "add", prefix, "dev", device);
        }
    }

    public void route(Route route) {
        List<String> arguments = new ArrayList<>(List.of(route.ipv6() ? "-6" : "-4", "route", "add"));
        arguments.addAll(route.arguments());
        ip(arguments.toArray(String[]::new));
    }

    /** Makes packets that came in by {@code inputDevice} use routing table {@code table}, for both IP versions. */
    public void routeByInput(String inputDevice, int table, int priority) {
        for (String version : List.of("-4", "-6")) {
            ip(version, "rule", "add", "iif", inputDevice, "lookup", "" + table, "priority", "" + priority);
        }
    }

    /** Writes a setting such as {@code net/ipv4/ip_forward}. */
    public void setting(String key, String value) {
        call(() -> {
            Files.writeString(Path.of("/proc/sys", key), value);
            return key;
        });
    }

    /** What the kernel counted here until now. */
    public ProtocolCounters counters() {
        // of the thread and not of the process, whose other threads live in other namespaces
        return call(() -> ProtocolCounters.of(Files.readAllLines(Path.of("/proc/thread-self/net/snmp"))));
    }

    /** Command line that runs {@code command} here, without a process in between. */
    public List<String> command(List<String> command) {
        if (name == null) {
            return List.copyOf(command);
        }
        List<String> entered = new ArrayList<>(List.of("nsenter", "--net=" + HANDLES.resolve(name)));
        entered.addAll(command);
        return entered;
    }

    /** Factory of daemon platform threads that live here. */
    public ThreadFactory threads(String purpose) {
        AtomicInteger count = new AtomicInteger();
        return task -> Thread.ofPlatform()
                .daemon()
                .name(name() + "-" + purpose + "-" + count.incrementAndGet())
                .unstarted(() -> {
                    enter();
                    task.run();
                });
    }

    /** Runs {@code task} on a thread of its own here and waits for its result. */
    public <T> T call(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        threads("call").newThread(future).start();
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in namespace " + name(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(name() + ": " + e.getCause(), e.getCause());
        }
    }

    void delete() {
        if (name != null) {
            runner.run(List.of("ip", "netns", "delete", name));
        }
    }

    private void enter() {
        if (name == null) {
            return;
        }
        try {
            Libc.enterNetworkNamespace(HANDLES.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> ipCommand() {
        return name == null ? new ArrayList<>(List.of("ip")) : new ArrayList<>(List.of("ip", "-n", name));
    }

    @Override
    public String toString() {
        return name();
    }
}
