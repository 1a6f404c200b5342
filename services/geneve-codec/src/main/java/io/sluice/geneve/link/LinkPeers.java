// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.model.message.LinkHello;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is linked to, as the shards see it. Immutable.
 *
 * <p>Found by where they are, to open what they sent; chosen by rendezvous hashing among those of a side, to send to.
 */
final class LinkPeers {

    static final LinkPeers NOBODY = new LinkPeers(List.of(), List.of());

    private final LinkPeer[] codecs;
    private final LinkPeer[] ingresses;

    /** Open addressing by address and port, at most a quarter full. */
    private final @Nullable LinkPeer[] byPlace;

    /**
     * @param known all whose frames are opened
     * @param chosen those of them that are sent to
     */
    LinkPeers(Collection<LinkPeer> known, Collection<LinkPeer> chosen) {
        codecs = of(LinkHello.Side.CODEC, chosen);
        ingresses = of(LinkHello.Side.INGRESS, chosen);
        byPlace = new @Nullable LinkPeer[Integer.highestOneBit(Math.max(1, known.size())) * 8];
        for (LinkPeer peer : known) {
            byPlace[place(peer.address, peer.port)] = peer;
        }
    }

    private static LinkPeer[] of(LinkHello.Side side, Collection<LinkPeer> peers) {
        List<LinkPeer> found = new ArrayList<>();
        for (LinkPeer peer : peers) {
            if (peer.side == side) {
                found.add(peer);
            }
        }
        return found.toArray(LinkPeer[]::new);
    }

    /** How many of a side are sent to. */
    int count(LinkHello.Side side) {
        return side == LinkHello.Side.CODEC ? codecs.length : ingresses.length;
    }

    /** The peer at an address and port, or null. */
    @Nullable
    LinkPeer at(int address, int port) {
        return byPlace[place(address, port)];
    }

    private int place(int address, int port) {
        int mask = byPlace.length - 1;
        int at = (int) Mixed.of((long) address << 16 | port) & mask;
        for (LinkPeer peer = byPlace[at]; peer != null; peer = byPlace[at]) {
            if (peer.address == address && peer.port == port) {
                return at;
            }
            at = (at + 1) & mask;
        }
        return at;
    }

    /** The codec of a key, or null where there is none. */
    @Nullable
    LinkPeer codec(long key) {
        return first(codecs, key);
    }

    /** The ingress of a key, or null where there is none; a process does not find itself. */
    @Nullable
    LinkPeer ingress(long key) {
        return first(ingresses, key);
    }

    /**
     * The ingress that comes after another in the order of a key, the first one after the last. Everybody has the same order:
     * who passes a thing on to the next one each time meets each once.
     *
     * @param rank of the other, which is not found itself
     * @return null where there is no ingress
     */
    @Nullable
    LinkPeer ingressAfter(long rank, long key) {
        long own = score(key, rank);
        LinkPeer next = null;
        long highest = 0;
        for (LinkPeer peer : ingresses) {
            long score = score(key, peer.rank);
            if (score < own && (next == null || score > highest)) {
                next = peer;
                highest = score;
            }
        }
        return next == null ? ingress(key) : next;
    }

    /** Of each key everybody names the same one, and of one that is gone only its keys go elsewhere. */
    private static @Nullable LinkPeer first(LinkPeer[] peers, long key) {
        LinkPeer first = null;
        long highest = 0;
        for (LinkPeer peer : peers) {
            long score = score(key, peer.rank);
            if (first == null || score > highest) {
                first = peer;
                highest = score;
            }
        }
        return first;
    }

    private static long score(long key, long rank) {
        return Mixed.of(key ^ rank);
    }
}
