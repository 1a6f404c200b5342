// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who this process is linked to: the codecs of its zone where it is an ingress, and the other ingresses; the ingresses of its
 * zone where it is a codec.
 *
 * <p><b>Believed</b> is a hello that is sealed by the cluster's master secret and says of its node what that node's member
 * announces of itself; so nobody speaks in another member's name, and none that was recorded is of use once its process has
 * ended.
 *
 * <p><b>Silence</b>: who was not heard for {@value #SILENT_MS} ms is sent nothing while somebody else of its side was, and
 * forgotten after {@value #FORGOTTEN_MS} ms. Where all of a side are silent they stay: a bus that is cut off stops no packets.
 * Who is about to stop says so, and is sent nothing from then on where another stays; what it still sends is opened.
 *
 * <p><b>Threading</b>: confined to the loop that hears hellos; {@link #peers} is for any thread. <b>Limits</b>:
 * {@value #PEERS_MAX} peers; more are refused, and counted by who hears them.
 */
public final class LinkDirectory {

    /** How long a peer's word counts. */
    public static final long SILENT_MS = 3_000;

    /** How long what a silent peer sends is still opened, where another of its side talks. */
    static final long FORGOTTEN_MS = 60_000;

    /** Peers at once. */
    public static final int PEERS_MAX = 64;

    /** What became of a hello. */
    public enum Word {
        /** It is of a start of a process that was not linked to before. */
        NEW,
        /** It is of a peer. */
        KNOWN,
        /** It is this process's own, of another zone, of a side this one is not linked to, or repeated. */
        NOT_FOR_US,
        /** It is not sealed by our master secret. */
        NOT_SEALED,
        /** It says something else than the member of its name announces. */
        NOT_ITS_MEMBERS,
        /** There are too many. */
        TOO_MANY
    }

    private final NodeId self;
    private final long bootId;
    private final Zone zone;
    private final LinkHello.Side side;
    private final Ipv4SocketAddress address;
    private final long rank;
    private final List<LinkKeys> keys;
    private final Map<NodeId, LinkPeer> known = new TreeMap<>();
    private volatile LinkPeers peers = LinkPeers.NOBODY;

    /**
     * @param self this node
     * @param bootId when it started, milliseconds since 1970
     * @param zone the zone it serves
     * @param side which half it has
     * @param address where it takes the link's datagrams
     * @param keys derived from the master secrets of the cluster: the issuing one's first, that of one that is accepted too
     */
    public LinkDirectory(
            NodeId self, long bootId, Zone zone, LinkHello.Side side, Ipv4SocketAddress address, List<LinkKeys> keys) {
        this.self = self;
        this.bootId = bootId;
        this.zone = zone;
        this.side = side;
        this.address = address;
        this.rank = LinkPeer.rank(self);
        this.keys = List.copyOf(keys);
    }

    /** What a member announces of itself: a hello in its name must say the same. */
    public static String announcement(Ipv4SocketAddress address, long bootId) {
        return address + " " + bootId;
    }

    /** Which half this process has. */
    public LinkHello.Side side() {
        return side;
    }

    /** What this process says of itself. */
    public LinkHello hello(long nowMs) {
        return keys.getFirst().sealed(new LinkHello(self, bootId, zone, side, address, nowMs, 0, 0));
    }

    /** That it is about to stop. */
    public LinkHello goodbye(long nowMs) {
        return keys.getFirst().sealedAsGoodbye(new LinkHello(self, bootId, zone, side, address, nowMs, 0, 0));
    }

    /**
     * Takes a goodbye: it is believed as a hello is.
     *
     * @param announced what the member of its name announces of itself; null where there is no such member
     * @return whether one that was linked to leaves
     */
    public boolean acceptGoodbye(LinkHello goodbye, @Nullable String announced, long nowMs) {
        LinkPeer peer = known.get(goodbye.node());
        if (peer == null
                || peer.isLeaving()
                || !peer.isOf(goodbye)
                || !goodbye.zone().equals(zone)
                || keys.stream().noneMatch(candidate -> candidate.isSealedAsGoodbye(goodbye))
                || !announcement(goodbye.address(), goodbye.bootId()).equals(announced)) {
            return false;
        }
        peer.leave();
        publish(nowMs);
        return true;
    }

    /**
     * Takes a hello.
     *
     * @param announced what the member of the hello's name announces of itself; null where there is no such member
     */
    public Word accept(LinkHello hello, @Nullable String announced, long nowMs) {
        if (hello.node().equals(self)
                || !hello.zone().equals(zone)
                || (side == LinkHello.Side.CODEC && hello.side() == LinkHello.Side.CODEC)) {
            return Word.NOT_FOR_US;
        }
        LinkKeys its = sealedBy(hello);
        if (its == null) {
            return Word.NOT_SEALED;
        }
        if (!announcement(hello.address(), hello.bootId()).equals(announced)) {
            return Word.NOT_ITS_MEMBERS;
        }
        LinkPeer peer = known.get(hello.node());
        if (peer != null && peer.isOf(hello)) {
            return peer.hear(hello.clockMs(), nowMs) ? Word.KNOWN : Word.NOT_FOR_US;
        }
        if (peer == null && known.size() >= PEERS_MAX) {
            return Word.TOO_MANY;
        }
        replace(hello, its, nowMs);
        publish(nowMs);
        return Word.NEW;
    }

    private @Nullable LinkKeys sealedBy(LinkHello hello) {
        for (LinkKeys candidate : keys) {
            if (candidate.isSealed(hello)) {
                return candidate;
            }
        }
        return null;
    }

    /**
     * What was at this node, or at this address, is no more. What a process sends is sealed by what it issues under, so that the
     * secret can be changed node by node.
     */
    private void replace(LinkHello hello, LinkKeys its, long nowMs) {
        known.values().removeIf(peer -> {
            boolean over = peer.node.equals(hello.node())
                    || (peer.address == hello.address().address().bits()
                            && peer.port == hello.address().port());
            if (over) {
                peer.unlink();
            }
            return over;
        });
        known.put(
                hello.node(),
                new LinkPeer(
                        hello,
                        keys.getFirst().pair(zone, self, bootId, hello.node(), hello.bootId()),
                        its.pair(zone, hello.node(), hello.bootId(), self, bootId),
                        nowMs));
    }

    /** Looks who is silent; to be called some times a second. */
    public void tick(long nowMs) {
        known.values().removeIf(peer -> {
            boolean over = nowMs - peer.heardAtMs() >= FORGOTTEN_MS && anyHeard(peer.side, nowMs);
            if (over) {
                peer.unlink();
            }
            return over;
        });
        publish(nowMs);
    }

    private boolean anyHeard(LinkHello.Side of, long nowMs) {
        return known.values().stream().anyMatch(peer -> peer.side == of && isHeard(peer, nowMs));
    }

    private static boolean isHeard(LinkPeer peer, long nowMs) {
        return nowMs - peer.heardAtMs() < SILENT_MS;
    }

    private void publish(long nowMs) {
        List<LinkPeer> chosen = new ArrayList<>();
        for (LinkHello.Side of : LinkHello.Side.values()) {
            List<LinkPeer> there =
                    known.values().stream().filter(peer -> peer.side == of).toList();
            List<LinkPeer> heard =
                    there.stream().filter(peer -> isHeard(peer, nowMs)).toList();
            List<LinkPeer> staying =
                    heard.stream().filter(peer -> !peer.isLeaving()).toList();
            chosen.addAll(!staying.isEmpty() ? staying : !heard.isEmpty() ? heard : there);
        }
        peers = new LinkPeers(known.values(), chosen);
    }

    /** Who is linked to now; from any thread. */
    LinkPeers peers() {
        return peers;
    }

    /** This process's own {@link LinkPeer#rank}. */
    long rank() {
        return rank;
    }

    /** Where this process takes the link's datagrams. */
    Ipv4SocketAddress address() {
        return address;
    }

    /** How many of a side packets are sent to; from any thread. */
    public int linked(LinkHello.Side of) {
        return peers.count(of);
    }
}
