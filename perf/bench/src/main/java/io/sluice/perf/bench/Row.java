// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is compared: a forwarder and how it was told to work. */
enum Row {
    GATEWAY_IO_URING(1, "gateway-io_uring", Kind.GATEWAY, "io_uring"),
    GATEWAY_EPOLL(2, "gateway-epoll", Kind.GATEWAY, "epoll"),
    GATEWAY_NIO(3, "gateway-nio", Kind.GATEWAY, "nio"),
    C_MMSG(4, "c-mmsg", Kind.C_FORWARDER, ""),
    C_GSO(5, "c-gso", Kind.C_FORWARDER, "--gso"),
    C_GRO_GSO(6, "c-gro-gso", Kind.C_FORWARDER, "--gro --gso"),
    C_REFLECTOR(7, "c-reflector", Kind.C_REFLECTOR, ""),
    C_REFLECTOR_OFFLOAD(8, "c-reflector-offload", Kind.C_REFLECTOR, "--offload"),
    NGINX(9, "nginx-udp", Kind.NGINX, ""),
    GATEWAY_IO_URING_CHANNEL(10, "gateway-io_uring_channel", Kind.GATEWAY, "io_uring_channel"),
    GATEWAY_IO_URING_VETH(11, "gateway-io_uring-veth", Kind.GATEWAY, "io_uring"),
    OVS_USERSPACE(12, "ovs-userspace", Kind.OPEN_VSWITCH, "system"),
    OVS_USERSPACE_AFXDP(13, "ovs-userspace-afxdp", Kind.OPEN_VSWITCH, "afxdp-nonpmd"),
    KERNEL_FORWARDING(14, "kernel-forwarding", Kind.KERNEL, "");

    /** The program behind a row. */
    enum Kind {
        /** A node started by the launcher; the option is its transport. */
        GATEWAY,
        /** {@code baseline/forwarder}. */
        C_FORWARDER,
        /** {@code baseline/reflector}: no targets, a packet goes back where it came from. */
        C_REFLECTOR,
        /**
         * nginx as a UDP proxy, one worker. It knows no GENEVE: a flow is an outer source port, so each has a socket of its
         * own at the generator, and a target answers whoever sent.
         */
        NGINX,
        /** {@link OpenVSwitch}: no flows of its own; the option is the type of its device, that is how packets get to it. */
        OPEN_VSWITCH,
        /** {@link KernelForwarding}: the ceiling. No GENEVE, no flows, no process. */
        KERNEL
    }

    /** Sockets that the generator has for clients of a proxy. */
    private static final int CLIENTS_MAX = 10_000;

    private final int host;
    private final String text;
    private final Kind kind;
    private final String options;

    Row(int host, String text, Kind kind, String options) {
        this.host = host;
        this.text = text;
        this.kind = kind;
        this.options = options;
    }

    /** Last number of the forwarder's address. */
    int host() {
        return host;
    }

    /** The name in tables and options. */
    String text() {
        return text;
    }

    /** The program. */
    Kind kind() {
        return kind;
    }

    /** Whether the forwarder is in a namespace of its own behind veth; else it is on loopback, which is another path. */
    boolean veth() {
        return this == GATEWAY_IO_URING_VETH || kind == Kind.OPEN_VSWITCH || kind == Kind.KERNEL;
    }

    /** Why this machine cannot have the row, if so. */
    Optional<String> obstacle() throws IOException {
        return switch (kind) {
            case NGINX -> NginxProxy.obstacle();
            case OPEN_VSWITCH -> OpenVSwitch.obstacle();
            case KERNEL -> KernelForwarding.obstacle();
            case GATEWAY, C_FORWARDER, C_REFLECTOR -> Optional.empty();
        };
    }

    /** How it is told. */
    List<String> options() {
        return options.isEmpty() ? List.of() : List.of(options.split(" "));
    }

    static Row parse(String text) {
        return Arrays.stream(values())
                .filter(row -> row.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row is called '" + text + "'"));
    }

    /**
     * Whether this row can do a workload: a reflector makes one pass only; a proxy, a switch and a router are there for round
     * trips; on veth nothing is aggregated, as endpoints there send no checksum.
     */
    boolean does(Workload workload) {
        return switch (kind) {
            case GATEWAY, C_FORWARDER -> !veth() || !workload.aggregated();
            case C_REFLECTOR -> !workload.returns() && !workload.opensFlows() && workload.endpoints() == 1;
            case NGINX ->
                workload.returns()
                        && !workload.aggregated()
                        && workload.endpoints() == 1
                        && workload.flows() <= CLIENTS_MAX;
            case OPEN_VSWITCH, KERNEL -> workload.returns() && !workload.aggregated();
        };
    }
}
