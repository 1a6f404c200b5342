// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import static io.sluice.geneve.link.LinkRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.RecordingPort;
import io.sluice.geneve.core.ReturnTrail;
import io.sluice.geneve.core.SilenceReports;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.LinkHello;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.testkit.PacketBuilder;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets over the link and back. */
class LinkTest {

    private static final int COOKIE = 0x8102_A3B4;
    private static final long TICK_MS = 10;

    /** Between two hellos of a process. */
    private static final long HELLO_MS = 500;

    private final LinkRig rig = new LinkRig();
    private final LinkRig.Ingress first = rig.new Ingress(1);
    private final LinkRig.Ingress second = rig.new Ingress(2);
    private final LinkRig.Codec codec = rig.new Codec(101);

    LinkTest() {
        rig.hellos();
    }

    @AfterEach
    void everySlotIsBack() {
        rig.halves.forEach(half -> assertThat(half.slab.freeCount()).isEqualTo(SLOTS));
    }

    /** What the codec sent to targets, by its second source port. */
    private List<RecordingPort.Sent> toTargets() {
        assertThat(codec.sources[0].take()).isEmpty();
        return codec.sources[1].take();
    }

    private byte[] direct(byte[] inner) {
        TargetDirectory targets = new TargetDirectory(index -> false);
        targets.update(model());
        RecordingPort port = new RecordingPort(first.slab, 1, 1);
        TargetSockets sockets = new TargetSockets(1, 1);
        sockets.put(0, 0, port);
        int slot = first.slab.acquire();
        new DirectConduit(first.slab.memory(), targets, sockets)
                .toTarget(
                        slot,
                        first.packet(slot, inner),
                        inner.length,
                        IPV4,
                        ENDPOINT,
                        COOKIE,
                        0,
                        targets.indexOf(FIRST),
                        0,
                        false);
        return port.take().getFirst().payload();
    }

    @Test
    void anApplianceGetsTheSameBytesAsWithoutALink() {
        byte[] inner = inner(true);
        first.send(FIRST, COOKIE, inner, false);
        rig.carry();
        RecordingPort.Sent sent = toTargets().getFirst();
        assertThat(sent.payload()).isEqualTo(direct(inner));
        assertThat(sent.address()).isEqualTo(ADDRESS);
        assertThat(sent.port()).isEqualTo(6081);
        assertThat(codec.targets.sentPackets(codec.targets.indexOf(FIRST))).isEqualTo(1);
        assertThat(codec.targets.sentPackets(codec.targets.indexOf(OTHER_GROUPS)))
                .as("the same appliance in another group")
                .isZero();
    }

    @Test
    void aReturnGoesToWhereItsPacketCameIn() {
        first.send(FIRST, COOKIE, inner(true), false);
        second.send(FIRST, COOKIE, inner(false), false);
        rig.carry();
        toTargets();
        codec.fromTarget(COOKIE, inner(true), ADDRESS);
        codec.fromTarget(COOKIE, inner(false), ADDRESS);
        rig.carry();
        assertThat(first.returned).singleElement().satisfies(returned -> {
            assertThat(returned.inner()).isEqualTo(inner(true));
            assertThat(returned.endpointId()).isEqualTo(ENDPOINT);
            assertThat(returned.cookie()).isEqualTo(COOKIE);
            assertThat(returned.protocolType()).isEqualTo(IPV4);
            assertThat(returned.source()).isEqualTo(ADDRESS);
        });
        assertThat(second.returned)
                .singleElement()
                .satisfies(returned -> assertThat(returned.inner()).isEqualTo(inner(false)));
    }

    @Test
    void whatATargetSendsOfItselfGoesToWhereItsFlowComesIn() {
        second.send(FIRST, COOKIE, inner(true), false);
        rig.carry();
        toTargets();
        codec.fromTarget(COOKIE, inner(false), ADDRESS);
        rig.carry();
        assertThat(second.returned).hasSize(1);
        assertThat(first.returned).isEmpty();
    }

    /** Two flows of one cookie, at two ingresses: the addresses tell them apart. */
    @Test
    void flowsOfOneCookieAreNotMixed() {
        byte[] one =
                PacketBuilder.ipv4().from("10.20.0.7").to("10.20.0.8").udp(1, 2).build();
        first.send(FIRST, COOKIE, inner(true), false);
        second.send(FIRST, COOKIE, one, false);
        rig.carry();
        toTargets();
        codec.fromTarget(COOKIE, inner(true), ADDRESS);
        codec.fromTarget(COOKIE, one, ADDRESS);
        rig.carry();
        assertThat(first.returned).extracting(Returned::inner).containsExactly(inner(true));
        assertThat(second.returned).extracting(Returned::inner).containsExactly(one);
    }

    private LinkRig.Ingress named() {
        codec.fromTarget(COOKIE, inner(true), ADDRESS);
        rig.carry();
        assertThat(first.returned.size() + second.returned.size()).isEqualTo(1);
        LinkRig.Ingress named = first.returned.isEmpty() ? second : first;
        named.returned.clear();
        return named;
    }

    @Test
    void aCodecThatKnowsNothingGuessesAndTheOtherGetsWhatIsNotHere() {
        LinkRig.Ingress named = named();
        LinkRig.Ingress other = named == first ? second : first;
        named.flowKnown = false;
        codec.fromTarget(COOKIE, inner(true), ADDRESS);
        rig.carry();
        assertThat(named.returned).isEmpty();
        assertThat(other.returned).hasSize(1);
        assertThat(named.forwards.sum()).isEqualTo(1);
    }

    /** A flow that comes in in one direction only, at one of two ingresses: whichever is guessed, its returns get there. */
    @Test
    void aReturnOfADirectionThatNeverComesInIsDeliveredWhereItsFlowIs() {
        LinkRig.Ingress named = named();
        LinkRig.Ingress other = named == first ? second : first;
        for (LinkRig.Ingress holder : List.of(named, other)) {
            first.knows(holder == first, false);
            second.knows(holder == second, false);
            codec.fromTarget(COOKIE, inner(true), ADDRESS);
            rig.carry();
            assertThat(holder.returned).hasSize(1);
        }
        assertThat(named.forwards.sum())
                .as("to the other and, of its flow, once more")
                .isEqualTo(2);
        assertThat(other.forwards.sum()).as("sent back").isEqualTo(1);
        assertThat(first.returned.size() + second.returned.size()).isEqualTo(2);
    }

    /** Of any number of ingresses each is asked once, eight at most; the flow's own finds it wherever the walk begins. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 12})
    void aGuessIsPutRightByAskingEachIngressOnce(int count) {
        LinkRig many = new LinkRig();
        List<LinkRig.Ingress> ingresses = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            ingresses.add(many.new Ingress(number));
        }
        LinkRig.Codec guessing = many.new Codec(101);
        many.hellos();
        int found = 0;
        for (LinkRig.Ingress holder : ingresses) {
            for (LinkRig.Ingress entry : ingresses) {
                ingresses.forEach(ingress -> {
                    ingress.knows(ingress == holder || ingress == entry, ingress == entry && entry != holder);
                    ingress.returned.clear();
                    ingress.forwards.reset();
                });
                guessing.fromTarget(COOKIE, inner(true), ADDRESS);
                many.carry();
                LinkRig.Ingress right = entry;
                found += right.returned.size();
                assertThat(ingresses.stream()
                                .mapToInt(ingress -> ingress.returned.size())
                                .sum())
                        .isEqualTo(1);
                assertThat(ingresses.stream()
                                .mapToLong(ingress -> ingress.forwards.sum())
                                .sum())
                        .isLessThanOrEqualTo(Math.min(count, ReturnTrail.ASKED_MAX));
            }
        }
        if (count <= ReturnTrail.ASKED_MAX) {
            assertThat(found).isEqualTo(count * count);
        }
        many.halves.forEach(half -> assertThat(half.slab.freeCount()).isEqualTo(SLOTS));
    }

    /** The codec has heard one ingress only, and not the one that comes before it in the order of the key. */
    @Test
    void aCodecThatDoesNotKnowTheFlowsIngressYetFindsItThroughTheOther() {
        LinkRig.Ingress named = named();
        LinkRig.Ingress other = named == first ? second : first;
        LinkRig.Codec fresh = rig.new Codec(102);
        rig.hellos();
        rig.nowMs += LinkDirectory.SILENT_MS;
        LinkDirectoryTest.hear(fresh.directory, other.directory.hello(other.clock()), fresh.clock());
        fresh.directory.tick(fresh.clock());
        other.knows(false, false);
        fresh.fromTarget(COOKIE, inner(true), ADDRESS);
        rig.carry();
        assertThat(named.returned).hasSize(1);
        assertThat(other.returned).isEmpty();
    }

    @Test
    void whatWasPassedOnIsNotPassedOnAgain() {
        first.flowKnown = false;
        second.flowKnown = false;
        codec.fromTarget(COOKIE, inner(true), ADDRESS);
        rig.carry();
        assertThat(first.returned.size() + second.returned.size()).isEqualTo(1);
        assertThat(first.forwards.sum() + second.forwards.sum()).isEqualTo(1);
    }

    @Test
    void aGuessedReturnLeavesFromWhereItsDirectionComesIn() {
        LinkRig.Ingress named = named();
        named.directionKnown = false;
        codec.fromTarget(COOKIE, inner(true), ADDRESS);
        rig.carry();
        assertThat(named.returned).isEmpty();
    }

    @Test
    void aReturnThatIsNoGuessIsDeliveredWhereItsFlowIs() {
        first.send(FIRST, COOKIE, inner(true), false);
        rig.carry();
        toTargets();
        first.directionKnown = false;
        codec.fromTarget(COOKIE, inner(false), ADDRESS);
        rig.carry();
        assertThat(first.returned).hasSize(1);
    }

    @Test
    void withoutACodecOrAnIngressPacketsAreDropped() {
        LinkRig alone = new LinkRig();
        LinkRig.Ingress ingress = alone.new Ingress(1);
        LinkRig.Codec lonely = alone.new Codec(101);
        ingress.send(FIRST, COOKIE, inner(true), false);
        lonely.fromTarget(COOKIE, inner(true), ADDRESS);
        assertThat(ingress.counters.drops(DropReason.LINK_PEER_UNKNOWN)).isEqualTo(1);
        assertThat(lonely.counters.drops(DropReason.LINK_PEER_UNKNOWN)).isEqualTo(1);
        assertThat(ingress.slab.freeCount() + lonely.slab.freeCount()).isEqualTo(2 * SLOTS);
    }

    private byte[] frame() {
        first.send(FIRST, COOKIE, inner(true), false);
        return first.port.take().getFirst().payload();
    }

    private void comes(byte[] datagram) {
        codec.receive(datagram, first.port.localAddress(), first.port.localPort());
    }

    @Test
    void aFrameIsGoodForThreeEpochsAtMostWhateverTheClocks() {
        byte[] frame = frame();
        rig.nowMs += LinkEpoch.MS;
        comes(frame);
        assertThat(toTargets()).hasSize(1);
        rig.nowMs += LinkEpoch.MS;
        comes(frame);
        assertThat(codec.counters.drops(DropReason.LINK_SEAL)).isEqualTo(1);
        assertThat(toTargets()).isEmpty();
    }

    @Test
    void aClockThatIsThoughtLateByAnEpochIsTolerated() {
        // every hello took so long: the codec thinks of the ingress's clock that it is behind
        first.clockAheadMs += LinkEpoch.MS;
        comes(frame());
        assertThat(toTargets()).hasSize(1);
        first.clockAheadMs += LinkEpoch.MS;
        comes(frame());
        assertThat(codec.counters.drops(DropReason.LINK_SEAL)).isEqualTo(1);
        rig.hellos();
        comes(frame());
        assertThat(toTargets()).as("the next hello puts it right").hasSize(1);
    }

    /** A machine that was suspended: its clock stood still meanwhile, so all its hellos seem as late as that. */
    @Test
    void aClockThatStoodStillIsBelievedWithTheSecondHello() {
        rig.nowMs += 3 * LinkEpoch.MS;
        first.clockAheadMs -= 3 * LinkEpoch.MS - 1;
        rig.hellos();
        comes(frame());
        assertThat(codec.counters.drops(DropReason.LINK_SEAL))
                .as("it may be late, and no more")
                .isEqualTo(1);
        rig.nowMs += HELLO_MS;
        rig.hellos();
        comes(frame());
        assertThat(toTargets()).hasSize(1);
    }

    /** The bus stood still, and brings what was said meanwhile at once: the clock is what it was. */
    @Test
    void aHeapOfLateHellosMovesNoClock() {
        List<LinkHello> late = new ArrayList<>();
        for (long passedMs = 0; passedMs < 3 * LinkEpoch.MS; passedMs += HELLO_MS) {
            rig.nowMs += HELLO_MS;
            late.add(first.directory.hello(first.clock()));
        }
        for (LinkHello hello : late) {
            LinkDirectoryTest.hear(codec.directory, hello, codec.clock());
            comes(frame());
            assertThat(toTargets()).hasSize(1);
        }
    }

    @Test
    void aFrameIsWorthNothingForAnotherProcess() {
        byte[] frame = frame();
        codec.receive(frame, second.port.localAddress(), second.port.localPort());
        codec.receive(frame, 0x0A00_00FE, 6082);
        second.receive(frame, first.port.localAddress(), first.port.localPort());
        first.receive(frame, codec.port.localAddress(), codec.port.localPort());
        assertThat(codec.counters.drops(DropReason.LINK_SEAL)).isEqualTo(1);
        assertThat(codec.counters.drops(DropReason.LINK_SENDER_UNKNOWN)).isEqualTo(1);
        assertThat(second.counters.drops(DropReason.LINK_SEAL)).isEqualTo(1);
        assertThat(first.counters.drops(DropReason.LINK_SEAL)).isEqualTo(1);
        assertThat(codec.counters.packets(PacketPlace.LINK_IN)).isEqualTo(2);
    }

    @Test
    void noBytesAreTakenThatNobodySealed() {
        Random random = new Random(42);
        byte[] good = frame();
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length + 30));
            for (int changed = random.nextInt(3); changed >= 0 && bytes.length > 0; changed--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            }
            if (!Arrays.equals(bytes, good)) {
                comes(bytes);
                first.receive(bytes, codec.port.localAddress(), codec.port.localPort());
            }
        }
        assertThat(toTargets()).isEmpty();
        assertThat(first.returned).isEmpty();
        assertThat(codec.counters.drops(DropReason.LINK_SEAL)).isEqualTo(codec.counters.packets(PacketPlace.LINK_IN));
    }

    @Test
    void t7APinnedFlowGoesOnWhenItsTargetIsGoneFromTheCodecsConfiguration() {
        codec.targets.update(GatewayModel.EMPTY);
        assertThat(codec.targets.permitted(ADDRESS)).isFalse();
        first.send(FIRST, COOKIE, inner(true), false);
        rig.carry();
        assertThat(toTargets().getFirst().payload()).isEqualTo(direct(inner(true)));
        assertThat(codec.targets.permitted(ADDRESS))
                .as("what it returns is looked at")
                .isTrue();
        assertThat(codec.targets.permitted(ADDRESS + 1)).isFalse();
    }

    @Test
    void anIngressWithMoreSourcePortsThanTheCodecUsesThoseThereAre() {
        int slot = first.slab.acquire();
        first.conduit.toTarget(
                slot,
                first.packet(slot, inner(true)),
                inner(true).length,
                IPV4,
                ENDPOINT,
                COOKIE,
                0,
                first.targets.indexOf(FIRST),
                15,
                false);
        rig.carry();
        assertThat(toTargets()).hasSize(1);
    }

    /** All ingresses' flows count: no report of one of them makes a target look silent, or alive. */
    @Test
    void aTargetIsSilentOnlyWhenNoIngressGetsAnythingBack() {
        List<TargetRef> silent = new ArrayList<>();
        SilenceReports watch = new SilenceReports(codec.targets, silent::add);
        for (long passedMs = 0; passedMs < 3 * SILENCE_MS; passedMs += TICK_MS) {
            first.send(FIRST, COOKIE, inner(true), true);
            second.send(FIRST, COOKIE + 1, inner(false), true);
            rig.carry();
            codec.fromTarget(COOKIE + 1, inner(false), ADDRESS);
            rig.carry();
            rig.nowMs += TICK_MS;
            watch.tick(rig.nowMs, (verdict, before) -> {});
        }
        assertThat(second.returned).isNotEmpty();
        assertThat(silent).isEmpty();
        for (long passedMs = 0; passedMs < 3 * SILENCE_MS; passedMs += TICK_MS) {
            first.send(FIRST, COOKIE, inner(true), true);
            second.send(FIRST, COOKIE + 1, inner(false), true);
            // neither a cookie nobody sent nor another address says that the target lives
            codec.fromTarget(COOKIE + 2, inner(true), ADDRESS);
            codec.fromTarget(COOKIE, inner(true), ADDRESS + 1);
            rig.carry();
            rig.nowMs += TICK_MS;
            watch.tick(rig.nowMs, (verdict, before) -> {});
        }
        assertThat(silent).as("once, and in the group that sent").containsExactly(FIRST);
        toTargets();
    }

    private static byte[] changed() {
        return PacketBuilder.ipv4()
                .from("198.51.100.7")
                .to("203.0.113.10")
                .tcp(40_000, 443)
                .build();
    }

    /** An appliance that changes inner addresses: what went out at one shard comes back at another. */
    @Test
    void aReturnAtAnotherShardGoesToWhereItsPacketCameInAndIsNoGuess() {
        for (LinkRig.Ingress entry : List.of(first, second)) {
            entry.send(FIRST, COOKIE, inner(true), false);
            rig.carry();
            // it would pass a guess on
            entry.knows(false, false);
            codec.fromTargetChanged(COOKIE, changed(), ADDRESS);
            rig.carry();
            assertThat(entry.returned).hasSize(1);
            assertThat(entry.forwards.sum()).isZero();
            entry.knows(true, true);
        }
        toTargets();
    }

    @Test
    void aTargetThatReturnsToAnotherShardIsNotSilentAndOneThatStopsIs() {
        List<TargetRef> silent = new ArrayList<>();
        SilenceReports watch = new SilenceReports(codec.targets, silent::add);
        SilenceReports otherWatch = new SilenceReports(codec.otherTargets, silent::add);
        long diedMs = 3 * SILENCE_MS;
        for (long passedMs = 0; silent.isEmpty(); passedMs += TICK_MS) {
            assertThat(passedMs).as("found in time").isLessThanOrEqualTo(diedMs + SILENCE_MS);
            for (int i = 0; i < 4; i++) {
                first.send(FIRST, COOKIE, inner(true), true);
                rig.carry();
            }
            if (passedMs < diedMs) {
                codec.fromTargetChanged(COOKIE, changed(), ADDRESS);
            }
            // neither a cookie nobody sent nor another address says that the target lives
            codec.fromTargetChanged(COOKIE + 2, changed(), ADDRESS);
            codec.fromTargetChanged(COOKIE, changed(), ADDRESS + 1);
            rig.carry();
            rig.nowMs += TICK_MS;
            watch.tick(rig.nowMs, (verdict, before) -> {});
            otherWatch.tick(rig.nowMs, (verdict, before) -> {});
            assertThat(silent.isEmpty() || passedMs >= diedMs)
                    .as("%d ms", passedMs)
                    .isTrue();
            toTargets();
        }
        assertThat(silent).containsExactly(FIRST);
    }

    @Test
    void sendsAndOpensWithoutAllocating() {
        byte[] inner = inner(true);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        LinkEnd end = codec.end;
        int slot = first.slab.acquire();
        int offset = first.packet(slot, inner);
        FrameSeal seal = new FrameSeal();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                int start = offset - LinkFrame.HEADER_BYTES;
                int lengthBytes = LinkFrame.HEADER_BYTES + inner.length;
                LinkFrame.write(
                        first.slab.memory(),
                        start,
                        IPV4,
                        LinkFrame.TO_TARGET,
                        1,
                        i,
                        6081,
                        ENDPOINT,
                        COOKIE,
                        ADDRESS,
                        9);
                seal.seal(first.slab.memory(), start, lengthBytes, 1, 2, i);
                if (!seal.isSealed(first.slab.memory(), start, lengthBytes, 1, 2, i)
                        || end.peers()
                                        .ingress(InnerAddresses.symmetric(
                                                ENDPOINT, first.slab.memory(), offset, inner.length, IPV4))
                                == null) {
                    throw new AssertionError("not sealed");
                }
                codec.back
                        .hints()
                        .note(
                                InnerAddresses.directed(ENDPOINT, i, first.slab.memory(), offset, inner.length, IPV4),
                                LinkPeersTest.ANYBODY,
                                9);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        first.slab.release(slot);
        assertThat(allocated).as("bytes for 1,000 frames").isLessThan(1_000);
    }
}
