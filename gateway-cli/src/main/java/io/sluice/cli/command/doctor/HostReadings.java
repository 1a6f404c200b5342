// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code /proc} and {@code /sys} of this host. What is absent or forbidden is left out. */
final class HostReadings {

    private static final int LINES_MAX = 1_000_000;
    private static final int HEX = 16;
    private static final Pattern UDP_SOCKET = Pattern.compile("\\s*\\d+: [0-9A-F]+:([0-9A-F]{4}) .*\\s(\\d+)\\s*");
    private static final Pattern SECCOMP = Pattern.compile("Seccomp:\\s*(\\d+)");

    private final Path root;
    private final @Nullable Path dataDirectory;

    /**
     * @param root where {@code proc}, {@code sys} and {@code run} are: / but in tests
     * @param dataDirectory the node's data directory; null for none
     */
    HostReadings(Path root, @Nullable Path dataDirectory) {
        this.root = root;
        this.dataDirectory = dataDirectory;
    }

    /** All of them, but whether the node is here. */
    ObjectNode take() {
        ObjectNode host = JsonNodeFactory.instance.objectNode();
        sockets(host);
        number("proc/sys/net/core/rmem_max").ifPresent(bytes -> host.put("rmem-max", bytes));
        number("proc/sys/net/core/wmem_max").ifPresent(bytes -> host.put("wmem-max", bytes));
        interfaces(host);
        conntrack(host);
        ioUring(host);
        clock(host);
        if (dataDirectory != null) {
            disk(host.putObject("data-dir"), dataDirectory);
        }
        return host;
    }

    private void sockets(ObjectNode host) {
        if (!Files.isReadable(root.resolve("proc/net/udp"))) {
            return;
        }
        ArrayNode sockets = host.putArray("udp-sockets");
        for (String table : List.of("proc/net/udp", "proc/net/udp6")) {
            for (String line : lines(table)) {
                Matcher matcher = UDP_SOCKET.matcher(line);
                if (matcher.matches()) {
                    sockets.addObject()
                            .put("port", Integer.parseInt(matcher.group(1), HEX))
                            .put("drops", Long.parseLong(matcher.group(2)));
                }
            }
        }
    }

    private void interfaces(ObjectNode host) {
        number("proc/sys/net/ipv4/conf/all/rp_filter").ifPresent(value -> host.put("rp-filter-all", value));
        try (Stream<Path> all = Files.list(root.resolve("sys/class/net"))) {
            ArrayNode interfaces = host.putArray("interfaces");
            all.map(path -> path.getFileName().toString())
                    .filter(name -> !"lo".equals(name))
                    .sorted()
                    .forEach(name -> {
                        ObjectNode leg = interfaces.addObject().put("name", name);
                        number("sys/class/net/" + name + "/mtu").ifPresent(mtu -> leg.put("mtu", mtu));
                        leg.put("up", !"down".equals(text("sys/class/net/" + name + "/operstate")));
                        number("proc/sys/net/ipv4/conf/" + name + "/rp_filter")
                                .ifPresent(value -> leg.put("rp-filter", value));
                    });
        } catch (IOException absent) {
            host.remove("interfaces");
        }
    }

    private void conntrack(ObjectNode host) {
        if (!Files.isDirectory(root.resolve("proc/sys/net"))) {
            return;
        }
        ObjectNode conntrack = host.putObject("conntrack");
        OptionalLong max = number("proc/sys/net/netfilter/nf_conntrack_max");
        conntrack.put("loaded", max.isPresent());
        max.ifPresent(value -> conntrack.put("max", value));
        number("proc/sys/net/netfilter/nf_conntrack_count").ifPresent(value -> conntrack.put("count", value));
        conntrack.put(
                "geneve-entries",
                lines("proc/net/nf_conntrack").stream()
                        .filter(line -> line.contains(" udp ") && line.contains("dport=6081 "))
                        .count());
    }

    private void ioUring(ObjectNode host) {
        ObjectNode ioUring = host.putObject("io-uring");
        number("proc/sys/kernel/io_uring_disabled").ifPresent(value -> ioUring.put("disabled", value));
        Matcher seccomp = SECCOMP.matcher(String.join("\n", lines("proc/self/status")));
        if (seccomp.find()) {
            ioUring.put("seccomp", Integer.parseInt(seccomp.group(1)));
        }
        ioUring.put("rings", rings());
    }

    /** Rings of the processes that may be looked into. */
    private long rings() {
        long rings = 0;
        try (Stream<Path> processes = Files.list(root.resolve("proc"))) {
            for (Path process : processes
                    .filter(path ->
                            Character.isDigit(path.getFileName().toString().charAt(0)))
                    .toList()) {
                rings += ringsOf(process);
            }
        } catch (IOException | UncheckedIOException forbidden) {
            return rings;
        }
        return rings;
    }

    private static long ringsOf(Path process) {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.filter(HostReadings::isRing).count();
        } catch (IOException | UncheckedIOException goneOrForbidden) {
            return 0;
        }
    }

    private static boolean isRing(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().contains("[io_uring]");
        } catch (IOException goneOrForbidden) {
            return false;
        }
    }

    private void clock(ObjectNode host) {
        if (Files.exists(root.resolve("run/systemd/timesync/synchronized"))) {
            host.put("clock-synchronized", "yes");
        } else if (Files.isDirectory(root.resolve("run/systemd/timesync"))) {
            host.put("clock-synchronized", "no");
        } else {
            host.put("clock-synchronized", "unknown");
        }
    }

    private static void disk(ObjectNode disk, Path directory) {
        disk.put("path", directory.toString());
        disk.put("exists", Files.isDirectory(directory));
        disk.put("store", Files.isDirectory(directory.resolve("config")));
        try {
            FileStore store = Files.getFileStore(directory);
            disk.put("usable-bytes", store.getUsableSpace());
            disk.put("total-bytes", store.getTotalSpace());
        } catch (IOException absent) {
            disk.put("exists", false);
        }
    }

    private OptionalLong number(String file) {
        String text = text(file);
        try {
            return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }

    private String text(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "" : lines.getFirst().strip();
    }

    private List<String> lines(String file) {
        try (Stream<String> lines = Files.lines(root.resolve(file))) {
            return lines.limit(LINES_MAX).toList();
        } catch (IOException | UncheckedIOException absent) {
            return List.of();
        }
    }
}
