// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.StringJoiner;

/** Checks of the host that a node runs on. */
final class HostChecks {

    private static final int GENEVE_PORT = 6081;

    /** What the node asks for, for each socket. */
    private static final long RECEIVE_BUFFER_BYTES = 8L << 20;

    private static final long SEND_BUFFER_BYTES = 4L << 20;

    /** Outer IPv4 and UDP headers, GENEVE header and options. */
    private static final int ENCAPSULATION_BYTES = 68;

    private static final int STRICT = 1;
    private static final int CONNTRACK_WARNING_PERCENT = 80;
    private static final int CONNTRACK_BROKEN_PERCENT = 95;
    private static final int URING_OFF = 2;
    private static final int URING_PRIVILEGED = 1;
    private static final long DISK_WARNING_BYTES = 1L << 30;
    private static final long DISK_BROKEN_BYTES = 100L << 20;

    private HostChecks() {}

    static Finding sockets(JsonNode readings) {
        JsonNode sockets = readings.at("/host/udp-sockets");
        if (!sockets.isArray()) {
            return unread("/proc/net/udp");
        }
        int bound = 0;
        long lost = 0;
        for (JsonNode socket : sockets) {
            if (socket.path("port").asInt() == GENEVE_PORT) {
                bound++;
                lost += socket.path("drops").asLong();
            }
        }
        if (bound == 0) {
            return Finding.broken(
                    "no socket is bound to UDP " + GENEVE_PORT,
                    "start a node with the role ingress or codec; its log says if the port is taken");
        }
        if (lost > 0) {
            return Finding.warning(
                    lost + " datagrams found a full receive buffer at UDP " + GENEVE_PORT,
                    "raise net.core.rmem_max and restart the node, or give it more shards");
        }
        return Finding.ok(bound + (bound == 1 ? " socket" : " sockets") + " on UDP " + GENEVE_PORT + ", none lost");
    }

    static Finding buffers(JsonNode readings) {
        JsonNode receive = readings.at("/host/rmem-max");
        JsonNode send = readings.at("/host/wmem-max");
        if (receive.isMissingNode() || send.isMissingNode()) {
            return unread("/proc/sys/net/core");
        }
        StringJoiner remedy = new StringJoiner(" ");
        if (receive.asLong() < RECEIVE_BUFFER_BYTES) {
            remedy.add("net.core.rmem_max=" + RECEIVE_BUFFER_BYTES);
        }
        if (send.asLong() < SEND_BUFFER_BYTES) {
            remedy.add("net.core.wmem_max=" + SEND_BUFFER_BYTES);
        }
        String text = "rmem_max " + receive.asLong() + ", wmem_max " + send.asLong();
        return remedy.length() == 0
                ? Finding.ok(text)
                : Finding.warning(
                        text + ": less than a node asks for, so bursts are lost",
                        "sysctl -w " + remedy + ", then restart the node");
    }

    static Finding mtu(JsonNode readings) {
        JsonNode interfaces = readings.at("/host/interfaces");
        JsonNode inner = readings.at("/node/mtu");
        if (!interfaces.isArray()) {
            return unread("/sys/class/net");
        }
        if (inner.isMissingNode()) {
            return Finding.skipped("the node says no packets.mtu", "ask a node with the role control-api");
        }
        int wanted = inner.asInt() + ENCAPSULATION_BYTES;
        StringJoiner narrow = new StringJoiner(", ");
        int narrowest = Integer.MAX_VALUE;
        for (JsonNode leg : interfaces) {
            int mtu = leg.path("mtu").asInt();
            if (leg.path("up").asBoolean() && mtu < wanted) {
                narrow.add(leg.path("name").asText() + " " + mtu);
                narrowest = Math.min(narrowest, mtu);
            }
        }
        if (narrow.length() == 0) {
            return Finding.ok("every leg carries packets.mtu " + inner.asInt() + " and its encapsulation");
        }
        return Finding.warning(
                narrow + ": packets.mtu " + inner.asInt() + " needs " + wanted,
                "raise the MTU of the legs to " + wanted + ", or set packets.mtu to "
                        + (narrowest - ENCAPSULATION_BYTES) + " or less");
    }

    static Finding reversePath(JsonNode readings) {
        JsonNode interfaces = readings.at("/host/interfaces");
        JsonNode all = readings.at("/host/rp-filter-all");
        if (!interfaces.isArray() || all.isMissingNode()) {
            return unread("/proc/sys/net/ipv4/conf");
        }
        StringJoiner strict = new StringJoiner(", ");
        StringJoiner remedy = new StringJoiner(" ");
        if (all.asInt() == STRICT) {
            remedy.add("net.ipv4.conf.all.rp_filter=0");
        }
        for (JsonNode leg : interfaces) {
            // the kernel takes the larger of both
            int own = leg.path("rp-filter").asInt();
            if (leg.path("up").asBoolean() && Math.max(own, all.asInt()) == STRICT) {
                strict.add(leg.path("name").asText());
                if (own == STRICT) {
                    remedy.add("net.ipv4.conf." + leg.path("name").asText() + ".rp_filter=0");
                }
            }
        }
        return strict.length() == 0
                ? Finding.ok("no leg filters strictly")
                : Finding.warning(
                        "strict on " + strict + ": answers that come in by another leg vanish",
                        "sysctl -w " + remedy + " (or 2, loose)");
    }

    static Finding conntrack(JsonNode readings) {
        JsonNode conntrack = readings.at("/host/conntrack");
        if (!conntrack.isObject()) {
            return unread("/proc/sys/net/netfilter");
        }
        if (!conntrack.path("loaded").asBoolean()) {
            return Finding.ok("connections are not tracked");
        }
        long count = conntrack.path("count").asLong();
        long max = Math.max(1, conntrack.path("max").asLong());
        long percent = count * 100 / max;
        String text = count + " of " + max + " connections tracked (" + percent + " %)";
        String remedy = "nft: 'udp dport 6081 notrack' and 'udp sport 6081 notrack' at hooks prerouting and output,"
                + " priority raw";
        if (percent >= CONNTRACK_BROKEN_PERCENT) {
            return Finding.broken(
                    text + ": new ones are dropped", remedy + "; or raise net.netfilter.nf_conntrack_max");
        }
        long geneve = conntrack.path("geneve-entries").asLong();
        if (geneve > 0) {
            return Finding.warning(text + ", " + geneve + " of them are UDP 6081", remedy);
        }
        if (percent >= CONNTRACK_WARNING_PERCENT) {
            return Finding.warning(text, "raise net.netfilter.nf_conntrack_max");
        }
        return Finding.ok(text);
    }

    static Finding ioUring(JsonNode readings) {
        String transport = readings.at("/node/transport").asText();
        if (transport.startsWith("io_uring")) {
            return Finding.ok("packets are carried by " + transport);
        }
        if (!readings.at("/host/local").asBoolean()) {
            return transport.isEmpty()
                    ? Finding.skipped("the node does not say what carries packets", "see transport_chosen in its log")
                    : Finding.warning("packets are carried by " + transport, "run ./sluice doctor there");
        }
        String carried = transport.isEmpty() ? "" : "packets are carried by " + transport + ": ";
        int disabled = readings.at("/host/io-uring/disabled").asInt();
        if (disabled == URING_OFF) {
            return Finding.warning(carried + "kernel.io_uring_disabled is 2", "sysctl -w kernel.io_uring_disabled=0");
        }
        if (disabled == URING_PRIVILEGED) {
            return Finding.warning(
                    carried + "kernel.io_uring_disabled is 1: only for CAP_SYS_ADMIN and one group",
                    "sysctl -w kernel.io_uring_disabled=0, or put the node's group into kernel.io_uring_group");
        }
        int rings = readings.at("/host/io-uring/rings").asInt();
        if (transport.isEmpty() && rings > 0) {
            return Finding.ok(rings + " io_uring rings are open");
        }
        if (readings.at("/host/io-uring/seccomp").asInt() > 0) {
            return Finding.warning(
                    carried + "a seccomp filter is in force, which may forbid io_uring",
                    "allow io_uring_setup, io_uring_enter and io_uring_register in the container's profile");
        }
        if (!transport.isEmpty()) {
            return Finding.warning(
                    carried + "io_uring was not chosen", "see transport_chosen in the node's log, and --transport");
        }
        return Finding.skipped("allowed; no ring was seen", "see transport_chosen in the node's log");
    }

    static Finding timeSource(JsonNode readings) {
        return switch (readings.at("/host/clock-synchronized").asText()) {
            case "yes" -> Finding.ok("the clock is set from a time source");
            case "no" ->
                Finding.warning("the clock is not set from a time source", "start chrony or systemd-timesyncd");
            default -> Finding.skipped("no time service that is known here", "chronyc tracking, or ntpq -p");
        };
    }

    static Finding disk(JsonNode readings) {
        JsonNode directory = readings.at("/host/data-dir");
        if (!directory.isObject()) {
            return Finding.skipped("no data directory was named", "--data-dir DIR, as ./sluice run has it");
        }
        String path = directory.path("path").asText();
        if (!directory.path("exists").asBoolean()) {
            return Finding.broken(path + " does not exist", "make it, owned by the node's user");
        }
        long usable = directory.path("usable-bytes").asLong();
        String text = path + ": " + String.format(Locale.ROOT, "%.1f GiB free", usable / (double) (1L << 30));
        if (usable < DISK_BROKEN_BYTES) {
            return Finding.broken(text, "make room: without it no change is acknowledged");
        }
        return usable < DISK_WARNING_BYTES ? Finding.warning(text, "make room: 1 GiB or more") : Finding.ok(text);
    }

    private static Finding unread(String path) {
        return Finding.skipped(path + " cannot be read", "run ./sluice doctor on Linux, as the node's user or root");
    }
}
