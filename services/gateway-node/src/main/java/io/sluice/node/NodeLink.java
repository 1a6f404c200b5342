// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.TypedBus;
import io.sluice.bus.cluster.ClusterMember;
import io.sluice.geneve.link.LinkDirectory;
import io.sluice.geneve.link.LinkKeys;
import io.sluice.geneve.verticle.LinkHelloVerticle;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.message.LinkHello;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the shards of a process with one half of the packet path share of the link to the other: where it is, who is there, and
 * what is counted.
 *
 * <p><b>Threading</b>: any thread.
 */
final class NodeLink {

    /** Under which name a member announces its place on the link. */
    private static final String ANNOUNCEMENT = "sluice-link";

    private final Ipv4SocketAddress address;
    private final LinkDirectory directory;
    private final AtomicLong refused = new AtomicLong();
    private final LongAdder forwarded = new LongAdder();

    /**
     * @param config of a process that is linked
     * @param secrets the cluster's master secrets
     * @param bootId when it started, milliseconds since 1970
     */
    NodeLink(NodeConfig config, MasterSecrets secrets, long bootId) {
        address = address(config);
        directory = new LinkDirectory(
                config.id(),
                bootId,
                config.zone(),
                config.roles().contains(Role.INGRESS) ? LinkHello.Side.INGRESS : LinkHello.Side.CODEC,
                address,
                secrets.inOrder().stream().map(LinkKeys::new).toList());
    }

    /** What the member of a process announces of itself: whoever speaks in its name on the link must say the same. */
    static Map<String, String> announcements(NodeConfig config, long bootId) {
        return config.isLinked() ? Map.of(ANNOUNCEMENT, LinkDirectory.announcement(address(config), bootId)) : Map.of();
    }

    private static Ipv4SocketAddress address(NodeConfig config) {
        // the reader refuses a configuration with one of the two roles and without it
        return Objects.requireNonNull(config.link(), "link");
    }

    /** Says hello and hears others'. */
    LinkHelloVerticle hellos(TypedBus bus, ClusterMember member, Runnable linked) {
        return new LinkHelloVerticle(
                bus, directory, node -> member.announced(node, ANNOUNCEMENT), NodeClock::monotonicMs, refused, linked);
    }

    /** Where the process takes the link's datagrams. */
    Ipv4SocketAddress address() {
        return address;
    }

    /** Who is there. */
    LinkDirectory directory() {
        return directory;
    }

    /** Hellos that were not believed. */
    long hellosRefused() {
        return refused.get();
    }

    /** Returns passed on to another ingress. */
    long forwarded() {
        return forwarded.sum();
    }

    /** Counts those. */
    LongAdder forwards() {
        return forwarded;
    }
}
