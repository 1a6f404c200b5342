// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A set of named namespaces and the cables and bridges between them, removed on {@link #close}.
 *
 * <p>Needs to run inside a {@link Sandbox} (or as root with {@code /run/netns} writable). Everything it makes hangs off
 * its namespaces, so deleting these deletes the rest; should the process die first, the sandbox takes all of it along.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
public final class Topology implements AutoCloseable {
    private final CommandRunner runner;
    private final Namespace own;
    private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
    private final List<Port> ownPorts = new ArrayList<>();
    private int cables;

    public Topology(CommandRunner runner) {
        this.runner = runner;
        this.own = Namespace.own(runner);
    }

    /** The namespace of this process: where a management network ends. */
    public Namespace own() {
        return own;
    }

    /** Makes a namespace whose loopback device is up and where IPv6 addresses are usable at once. */
    public Namespace addNamespace(String name) {
        Namespace namespace = Namespace.create(name, runner);
        namespaces.put(name, namespace);
        namespace.ip("link", "set", "lo", "up");
        namespace.setting("net/ipv6/conf/default/accept_dad", "0");
        namespace.setting("net/ipv6/conf/default/dad_transmits", "0");
        return namespace;
    }

    public Namespace namespace(String name) {
        Namespace namespace = namespaces.get(name);
        if (namespace == null) {
            throw new IllegalArgumentException("no namespace " + name + " in this topology");
        }
        return namespace;
    }

    /**
     * Connects two ports by a cable (a veth pair) of the given MTU and brings both ends up.
     *
     * <p>Segmentation offload is limited to one segment per packet, so that what crosses the cable is what would cross
     * a real one: a tap on it never sees a super-packet that no network would carry.
     */
    public void cable(Port a, Port b, int mtuBytes) {
        connect(a, b, mtuBytes, List.of("gso_max_segs", "1"));
    }

    /**
     * Connects two ports like {@link #cable}, but super-packets cross it whole: what hosts see whose network cards do
     * segmentation on the one side and put segments together again on the other.
     */
    public void offloadingCable(Port a, Port b, int mtuBytes) {
        connect(a, b, mtuBytes, List.of());
    }

    private void connect(Port a, Port b, int mtuBytes, List<String> properties) {
        // Made in this process's namespace under temporary names, so that equal device names on both ends never clash.
        int serial = ++cables;
        String tempA = "cable" + serial + "a";
        String tempB = "cable" + serial + "b";
        own.ip("link", "add", tempA, "mtu", "" + mtuBytes, "type", "veth", "peer", "name", tempB, "mtu", "" + mtuBytes);
        place(tempA, a, properties);
        place(tempB, b, properties);
    }

    private void place(String device, Port port, List<String> properties) {
        if (port.namespace() == own) {
            ownPorts.add(port);
            own.ip("link", "set", device, "name", port.device());
        } else {
            own.ip("link", "set", device, "netns", port.namespace().name(), "name", port.device());
        }
        List<String> bringUp = new ArrayList<>(List.of("link", "set", port.device()));
        bringUp.addAll(properties);
        bringUp.add("up");
        port.namespace().ip(bringUp.toArray(String[]::new));
    }

    /** Makes a bridge and brings it up; ports join it by {@link #join}. */
    public Port bridge(Namespace namespace, String device, int mtuBytes) {
        namespace.ip("link", "add", device, "mtu", "" + mtuBytes, "type", "bridge", "stp_state", "0");
        namespace.ip("link", "set", device, "up");
        Port bridge = namespace.port(device);
        if (namespace == own) {
            ownPorts.add(bridge);
        }
        return bridge;
    }

    public void join(Port bridge, Port member) {
        member.namespace().ip("link", "set", member.device(), "master", bridge.device());
    }

    @Override
    public void close() {
        RuntimeException first = null;
        List<Runnable> removals = new ArrayList<>();
        for (Namespace namespace : namespaces.values()) {
            removals.add(namespace::delete);
        }
        for (Port port : ownPorts) {
            removals.add(() -> own.ip("link", "delete", port.device()));
        }
        namespaces.clear();
        ownPorts.clear();
        for (Runnable removal : removals) {
            try {
                removal.run();
            } catch (RuntimeException e) {
                // A cable whose other end went with its namespace is gone already; report only if nothing worked.
                if (first == null && !isGone(e)) {
                    first = e;
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Whether a device was gone before it was looked for, or between that and its removal. */
    private static boolean isGone(RuntimeException e) {
        return e instanceof CommandFailedException failed
                && (failed.outcome().contains("Cannot find device")
                        || failed.outcome().contains("No such device"));
    }
}
