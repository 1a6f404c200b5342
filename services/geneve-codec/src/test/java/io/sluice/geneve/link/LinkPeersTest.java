// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import io.sluice.packet.geneve.GeneveFlyweight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which of several processes a key names. */
class LinkPeersTest {

    static final LinkPeer ANYBODY;
    private static final int KEYS = 10_000;

    static {
        ANYBODY = peer(LinkHello.Side.INGRESS, 9);
    }

    static LinkPeer peer(LinkHello.Side side, int number) {
        NodeId node = new NodeId(side.name().toLowerCase(Locale.ROOT) + "-" + number);
        LinkKeys.Pair none = new LinkKeys.Pair(0, 0);
        return new LinkPeer(
                new LinkHello(
                        node, 1, new Zone("az1"), side, Ipv4SocketAddress.parse("10.0.0." + number + ":6082"), 1, 0, 0),
                none,
                none,
                0);
    }

    private static List<LinkPeer> ingresses(int count) {
        List<LinkPeer> peers = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            peers.add(peer(LinkHello.Side.INGRESS, number));
        }
        return peers;
    }

    @Test
    void namesTheSameInWhateverOrderTheyWereHeard() {
        List<LinkPeer> peers = ingresses(5);
        LinkPeers one = new LinkPeers(peers, peers);
        LinkPeers other = new LinkPeers(peers.reversed(), peers.reversed());
        Random random = new Random(7);
        for (int i = 0; i < KEYS; i++) {
            long key = random.nextLong();
            assertThat(one.ingress(key)).isSameAs(other.ingress(key));
        }
    }

    @Test
    void spreadsKeysEvenlyAndMovesOnlyThoseOfWhoIsGone() {
        List<LinkPeer> peers = ingresses(5);
        LinkPeers before = new LinkPeers(peers, peers);
        LinkPeers after = new LinkPeers(peers, peers.subList(0, 4));
        Map<LinkPeer, Integer> shares = new HashMap<>();
        Random random = new Random(8);
        for (int i = 0; i < KEYS; i++) {
            long key = random.nextLong();
            LinkPeer named = Objects.requireNonNull(before.ingress(key));
            shares.merge(named, 1, Integer::sum);
            if (named != peers.get(4)) {
                assertThat(after.ingress(key)).isSameAs(named);
            }
        }
        assertThat(shares).hasSize(5);
        assertThat(shares.values()).allMatch(share -> Math.abs(share - KEYS / 5) < KEYS / 25);
    }

    @Test
    void whoIsNotSentToIsStillOpened() {
        List<LinkPeer> peers = ingresses(3);
        LinkPeers some = new LinkPeers(peers, peers.subList(0, 1));
        for (LinkPeer peer : peers) {
            assertThat(some.at(peer.address, peer.port)).isSameAs(peer);
        }
        assertThat(some.at(peers.get(0).address, 6083)).isNull();
        assertThat(some.codec(1)).isNull();
        assertThat(some.count(LinkHello.Side.INGRESS)).isEqualTo(1);
    }

    @Test
    void bothDirectionsOfAFlowHaveOneKeyAndTwoHints() {
        ByteBuffer memory = ByteBuffer.allocate(200).order(ByteOrder.BIG_ENDIAN);
        addresses(memory, 0, 0x0A00_0001, 0x0A00_0002);
        addresses(memory, 100, 0x0A00_0002, 0x0A00_0001);
        int ipv4 = GeneveFlyweight.PROTOCOL_IPV4;
        assertThat(InnerAddresses.symmetric(9, memory, 0, 20, ipv4))
                .isEqualTo(InnerAddresses.symmetric(9, memory, 100, 20, ipv4))
                .isNotEqualTo(InnerAddresses.symmetric(8, memory, 0, 20, ipv4));
        assertThat(InnerAddresses.directed(9, 5, memory, 0, 20, ipv4))
                .isNotEqualTo(InnerAddresses.directed(9, 5, memory, 100, 20, ipv4));
    }

    @Test
    void aPacketThatEndsBeforeItsAddressesIsReadNoFurther() {
        ByteBuffer memory = ByteBuffer.allocate(19).order(ByteOrder.BIG_ENDIAN);
        for (int lengthBytes = 0; lengthBytes < 20; lengthBytes++) {
            InnerAddresses.symmetric(9, memory, 0, lengthBytes, GeneveFlyweight.PROTOCOL_IPV4);
            InnerAddresses.directed(9, 1, memory, 0, lengthBytes, GeneveFlyweight.PROTOCOL_IPV6);
        }
    }

    private static void addresses(ByteBuffer memory, int offset, int source, int destination) {
        memory.putInt(offset + 12, source).putInt(offset + 16, destination);
    }
}
