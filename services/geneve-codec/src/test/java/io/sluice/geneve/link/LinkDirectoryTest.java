// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.link.LinkDirectory.Word;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who is believed, who is linked to, and for how long. */
class LinkDirectoryTest {

    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");
    private static final LinkKeys KEYS = new LinkKeys(new byte[32]);

    private final LinkDirectory ingress = directory("in-1", 1, AZ1, LinkHello.Side.INGRESS, 1);
    private final LinkDirectory codec = directory("co-1", 1, AZ1, LinkHello.Side.CODEC, 101);

    static LinkDirectory directory(String node, long bootId, Zone zone, LinkHello.Side side, int number) {
        return new LinkDirectory(new NodeId(node), bootId, zone, side, address(number), List.of(KEYS));
    }

    private static Ipv4SocketAddress address(int number) {
        return Ipv4SocketAddress.parse("10.0.0." + number + ":6082");
    }

    /** What a hello says, its member announces. */
    static Word hear(LinkDirectory listener, LinkHello hello, long nowMs) {
        return listener.accept(hello, LinkDirectory.announcement(hello.address(), hello.bootId()), nowMs);
    }

    private static boolean leave(LinkDirectory listener, LinkHello goodbye, long nowMs) {
        return listener.acceptGoodbye(goodbye, LinkDirectory.announcement(goodbye.address(), goodbye.bootId()), nowMs);
    }

    private LinkPeer at(LinkDirectory listener, int number) {
        return Objects.requireNonNull(
                listener.peers().at(address(number).address().bits(), 6082));
    }

    @Test
    void bothHalvesOfAZoneAreLinkedByEachOthersHello() {
        assertThat(hear(ingress, codec.hello(1_000), 5)).isEqualTo(Word.NEW);
        assertThat(hear(codec, ingress.hello(6), 1_001)).isEqualTo(Word.NEW);
        assertThat(hear(codec, ingress.hello(506), 1_501)).isEqualTo(Word.KNOWN);
        LinkPeer toCodec = at(ingress, 101);
        LinkPeer toIngress = at(codec, 1);
        assertThat(toCodec.sendKey0).isEqualTo(toIngress.receiveKey0).isNotEqualTo(toIngress.sendKey0);
        assertThat(toCodec.sendKey1).isEqualTo(toIngress.receiveKey1);
        assertThat(toCodec.receiveKey0).isEqualTo(toIngress.sendKey0);
    }

    @Test
    void whatIsOfAnotherZoneOrNobodysBusinessIsNoneOfOurs() {
        LinkDirectory elsewhere = directory("co-2", 1, AZ2, LinkHello.Side.CODEC, 102);
        LinkDirectory beside = directory("co-3", 1, AZ1, LinkHello.Side.CODEC, 103);
        assertThat(hear(ingress, elsewhere.hello(1), 1)).isEqualTo(Word.NOT_FOR_US);
        assertThat(hear(ingress, ingress.hello(1), 1)).isEqualTo(Word.NOT_FOR_US);
        assertThat(hear(codec, beside.hello(1), 1)).isEqualTo(Word.NOT_FOR_US);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isZero();
    }

    @Test
    void ingressesOfAZoneKnowEachOther() {
        LinkDirectory other = directory("in-2", 1, AZ1, LinkHello.Side.INGRESS, 2);
        LinkDirectory far = directory("in-3", 1, AZ2, LinkHello.Side.INGRESS, 3);
        assertThat(hear(ingress, other.hello(1), 1)).isEqualTo(Word.NEW);
        assertThat(hear(ingress, far.hello(1), 1))
                .as("returns stay in their zone")
                .isEqualTo(Word.NOT_FOR_US);
        assertThat(ingress.linked(LinkHello.Side.INGRESS)).isEqualTo(1);
    }

    @Test
    void nobodySpeaksInTheNameOfAnotherMember() {
        LinkHello hello = codec.hello(1);
        assertThat(ingress.accept(hello, null, 1)).as("no such member").isEqualTo(Word.NOT_ITS_MEMBERS);
        assertThat(ingress.accept(hello, LinkDirectory.announcement(address(102), 1), 1))
                .isEqualTo(Word.NOT_ITS_MEMBERS);
        assertThat(ingress.accept(hello, LinkDirectory.announcement(address(101), 2), 1))
                .as("of an earlier start")
                .isEqualTo(Word.NOT_ITS_MEMBERS);
    }

    @Test
    void whoHasNotTheSecretIsNotBelieved() {
        byte[] other = new byte[32];
        other[31] = 1;
        LinkDirectory stranger = new LinkDirectory(
                new NodeId("co-1"), 1, AZ1, LinkHello.Side.CODEC, address(101), List.of(new LinkKeys(other)));
        assertThat(hear(ingress, stranger.hello(1), 1)).isEqualTo(Word.NOT_SEALED);
        LinkHello moved = codec.hello(1);
        LinkHello changed = new LinkHello(
                moved.node(),
                moved.bootId(),
                moved.zone(),
                moved.side(),
                address(105),
                moved.clockMs(),
                moved.sealHigh(),
                moved.sealLow());
        assertThat(hear(ingress, changed, 1)).isEqualTo(Word.NOT_SEALED);
    }

    /** The second pass of a change: one issues under the new secret already, the other under the old one still. */
    @Test
    void whoIssueUnderDifferentSecretsUnderstandEachOtherIfEachAcceptsBoth() {
        byte[] newer = new byte[32];
        newer[0] = 1;
        LinkKeys fresh = new LinkKeys(newer);
        LinkDirectory ahead =
                new LinkDirectory(new NodeId("in-1"), 1, AZ1, LinkHello.Side.INGRESS, address(1), List.of(fresh, KEYS));
        LinkDirectory behind =
                new LinkDirectory(new NodeId("co-1"), 1, AZ1, LinkHello.Side.CODEC, address(101), List.of(KEYS, fresh));
        assertThat(hear(ahead, behind.hello(1), 1)).isEqualTo(Word.NEW);
        assertThat(hear(behind, ahead.hello(1), 1)).isEqualTo(Word.NEW);
        assertThat(at(ahead, 101).sendKey0).isEqualTo(at(behind, 1).receiveKey0);
        assertThat(at(ahead, 101).receiveKey0).isEqualTo(at(behind, 1).sendKey0);
        assertThat(hear(ingress, behind.hello(2), 2)).as("only the old secret").isEqualTo(Word.NEW);
        assertThat(hear(codec, ahead.hello(2), 2)).as("only the old secret").isEqualTo(Word.NOT_SEALED);
    }

    @Test
    void aRepeatedHelloChangesNothing() {
        LinkHello hello = codec.hello(50_000);
        hear(ingress, hello, 0);
        assertThat(at(ingress, 101).epoch(0)).isEqualTo(5);
        assertThat(hear(ingress, hello, 40_000)).isEqualTo(Word.NOT_FOR_US);
        assertThat(at(ingress, 101).epoch(40_000)).isEqualTo(9);
    }

    @Test
    void aNewStartReplacesTheOld() {
        hear(ingress, codec.hello(1), 1);
        LinkPeer before = at(ingress, 101);
        LinkDirectory again = directory("co-1", 2, AZ1, LinkHello.Side.CODEC, 101);
        assertThat(hear(ingress, again.hello(1), 2)).isEqualTo(Word.NEW);
        assertThat(before.linked()).isFalse();
        assertThat(at(ingress, 101).receiveKey0).isNotEqualTo(before.receiveKey0);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1);
    }

    /** Clocks of two starts have nothing in common; what a hello took is forgotten once a faster one was heard. */
    @Test
    void whatIsKnownOfAClockGetsBetterWithAFasterHello() {
        hear(ingress, codec.hello(1_000_000), 4_000);
        assertThat(at(ingress, 101).epoch(4_000)).isEqualTo(100);
        hear(ingress, codec.hello(1_009_000), 10_000);
        assertThat(at(ingress, 101).epoch(10_999)).isEqualTo(100);
        assertThat(at(ingress, 101).epoch(11_000))
                .as("3 s faster than the first")
                .isEqualTo(101);
        hear(ingress, codec.hello(1_009_500), 30_000);
        assertThat(at(ingress, 101).epoch(11_000)).as("a late one says nothing").isEqualTo(101);
    }

    @Test
    void whoIsSilentIsSentNothingWhileAnotherTalks() {
        LinkDirectory other = directory("co-2", 1, AZ1, LinkHello.Side.CODEC, 102);
        hear(ingress, codec.hello(1), 0);
        hear(ingress, other.hello(1), 0);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(2);
        hear(ingress, other.hello(2), LinkDirectory.SILENT_MS);
        ingress.tick(LinkDirectory.SILENT_MS);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1);
        LinkPeer silent = at(ingress, 101);
        hear(ingress, other.hello(3), LinkDirectory.FORGOTTEN_MS);
        ingress.tick(LinkDirectory.FORGOTTEN_MS);
        assertThat(silent.linked()).isFalse();
        assertThat(ingress.peers().at(silent.address, silent.port)).isNull();
    }

    @Test
    void whereAllAreSilentTheyStay() {
        hear(ingress, codec.hello(1), 0);
        ingress.tick(10 * LinkDirectory.FORGOTTEN_MS);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1);
    }

    /** It is well still and says hello until its sockets close. */
    @Test
    void whoIsAboutToStopIsSentNothingAtOnceAndIsOpenedStill() {
        LinkDirectory other = directory("co-2", 1, AZ1, LinkHello.Side.CODEC, 102);
        hear(ingress, codec.hello(1), 0);
        hear(ingress, other.hello(1), 0);
        assertThat(leave(ingress, codec.goodbye(2), 1)).isTrue();
        assertThat(leave(ingress, codec.goodbye(2), 1)).as("said once more").isFalse();
        assertThat(hear(ingress, codec.hello(3), 2)).isEqualTo(Word.KNOWN);
        ingress.tick(3);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1);
        assertThat(ingress.peers().codec(7)).isSameAs(at(ingress, 102));
        assertThat(at(ingress, 101).linked()).isTrue();
        LinkDirectory again = directory("co-1", 2, AZ1, LinkHello.Side.CODEC, 101);
        assertThat(hear(ingress, again.hello(1), 4)).isEqualTo(Word.NEW);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(2);
    }

    @Test
    void whereAllAreAboutToStopTheyAreSentWhatThereIs() {
        hear(ingress, codec.hello(1), 0);
        assertThat(leave(ingress, codec.goodbye(2), 1)).isTrue();
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1);
    }

    @Test
    void whoIsAboutToStopIsBetterThanWhoIsSilent() {
        LinkDirectory dead = directory("co-2", 1, AZ1, LinkHello.Side.CODEC, 102);
        hear(ingress, dead.hello(1), 0);
        hear(ingress, codec.hello(1), LinkDirectory.SILENT_MS);
        assertThat(leave(ingress, codec.goodbye(2), LinkDirectory.SILENT_MS)).isTrue();
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1);
        assertThat(ingress.peers().codec(7)).isSameAs(at(ingress, 101));
    }

    @Test
    void nobodySaysGoodbyeForAnother() {
        LinkDirectory other = directory("co-2", 1, AZ1, LinkHello.Side.CODEC, 102);
        hear(ingress, codec.hello(1), 0);
        hear(ingress, other.hello(1), 0);
        assertThat(leave(ingress, codec.hello(2), 1)).as("a hello is none").isFalse();
        LinkHello goodbye = codec.goodbye(2);
        assertThat(ingress.acceptGoodbye(goodbye, null, 1)).as("no such member").isFalse();
        assertThat(leave(
                        ingress,
                        directory("co-1", 2, AZ1, LinkHello.Side.CODEC, 101).goodbye(2),
                        1))
                .as("of another start")
                .isFalse();
        assertThat(leave(
                        ingress,
                        directory("co-3", 1, AZ1, LinkHello.Side.CODEC, 103).goodbye(2),
                        1))
                .as("of nobody")
                .isFalse();
        assertThat(hear(ingress, goodbye, 1)).as("and no hello").isEqualTo(Word.NOT_SEALED);
        assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(2);
    }

    @Test
    void thereIsABound() {
        for (int number = 1; number <= LinkDirectory.PEERS_MAX; number++) {
            assertThat(hear(
                            codec,
                            directory("in-" + number, 1, AZ1, LinkHello.Side.INGRESS, number)
                                    .hello(1),
                            0))
                    .isEqualTo(Word.NEW);
        }
        assertThat(hear(
                        codec,
                        directory("in-200", 1, AZ1, LinkHello.Side.INGRESS, 200).hello(1),
                        0))
                .isEqualTo(Word.TOO_MANY);
        assertThat(codec.linked(LinkHello.Side.INGRESS)).isEqualTo(LinkDirectory.PEERS_MAX);
    }
}
