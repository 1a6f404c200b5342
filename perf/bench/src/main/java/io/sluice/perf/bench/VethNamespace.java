// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A network namespace of a forwarder's own, joined to the run's by veth pairs. A process that only waits for its input to
 * end holds it, so it is gone with the run, whatever ends that.
 */
final class VethNamespace implements AutoCloseable {

    /** Bytes that every inner size fits with its headers. */
    static final int MTU_BYTES = 9000;

    private final Process holder;
    private final Commands inside;

    private VethNamespace(Process holder) {
        this.holder = holder;
        this.inside = new Commands(enter(), Map.of());
    }

    static VethNamespace open() throws IOException, InterruptedException {
        Process holder = new ProcessBuilder("unshare", "-n", "sh", "-c", "echo made && exec cat").start();
        if (holder.getInputStream().read() < 0) { // what it says first comes from inside
            throw new IOException("no network namespace may be made here");
        }
        VethNamespace namespace = new VethNamespace(holder);
        namespace.inside.run("ip link set lo up");
        return namespace;
    }

    /** The words before a command that is to run inside. */
    List<String> enter() {
        return List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net");
    }

    Commands inside() {
        return inside;
    }

    /**
     * Joins it by a pair of devices, both up and without addresses of their own accord.
     *
     * @param near the device in the run's namespace
     * @param far the one in here
     * @param link a number below 256 that no other pair of the run has: the devices' hardware addresses are made of it
     */
    void join(String near, String far, int link) throws IOException, InterruptedException {
        Commands.HERE.run("ip link add %s address %s mtu %d type veth peer name %s address %s mtu %d netns %d"
                .formatted(near, nearMac(link), MTU_BYTES, far, farMac(link), MTU_BYTES, holder.pid()));
        Commands.HERE.run("ip link set " + near + " addrgenmode none up");
        inside.run("ip link set " + far + " addrgenmode none up");
    }

    static String nearMac(int link) {
        return "02:00:00:00:%02x:01".formatted(link);
    }

    static String farMac(int link) {
        return "02:00:00:00:%02x:02".formatted(link);
    }

    @Override
    public void close() {
        holder.destroy();
    }
}
