// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static io.sluice.geneve.core.CodecRig.AZ1;
import static io.sluice.geneve.core.CodecRig.AZ2;
import static io.sluice.geneve.core.CodecRig.address;
import static io.sluice.geneve.core.CodecRig.group;
import static io.sluice.geneve.core.CodecRig.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.core.CodecRig.Left;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.health.DataPathVerdict.State;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Probes over a virtual clock; a test plays the targets. */
class DataPathProbesTest {

    private static final DataPathProbe OFF = DataPathProbe.DEFAULT;
    private static final DataPathProbe POSITIVE = new DataPathProbe(true, false, 100, 3);
    private static final DataPathProbe BOTH = new DataPathProbe(true, true, 100, 3);
    private static final PassiveDetection WATCHED = new PassiveDetection(true, 300);
    private static final int INNER = 40;
    private static final int TTL = INNER + 8;
    private static final int HEADER_CHECKSUM = INNER + 10;

    private final CodecRig rig = new CodecRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    /** Lets time pass; targets return what they are asked to. */
    private List<Left> pass(long ms, Predicate<Left> returned) {
        List<Left> all = new ArrayList<>();
        for (long until = rig.nowMs + ms; rig.nowMs < until; ) {
            List<Left> left = rig.tick();
            all.addAll(left);
            left.stream().filter(returned).forEach(probe -> answer(probe, probe.payload()));
        }
        return all;
    }

    private Stream<DropReason> answer(Left probe, byte[] payload) {
        return rig.inject(payload, probe.address(), probe.zone());
    }

    private Left next() {
        for (int ticks = 0; ticks < 100; ticks++) {
            List<Left> left = rig.tick();
            if (!left.isEmpty()) {
                return left.getFirst();
            }
        }
        throw new AssertionError("no probe in a second");
    }

    private static boolean all(Left probe) {
        return true;
    }

    private static boolean none(Left probe) {
        return false;
    }

    private static boolean permitted(Left probe) {
        return !probe.negative();
    }

    @Test
    void aProbeIsAPacketAsFlowsHaveThem() {
        rig.configure(group(BOTH, PassiveDetection.DEFAULT, target(1)), false);
        pass(100, DataPathProbesTest::all);
        rig.left();
        List<Left> turn = new ArrayList<>();
        while (turn.isEmpty()) {
            turn.addAll(rig.tick());
        }
        assertThat(turn).hasSize(2).allSatisfy(probe -> {
            assertThat(probe.address()).isEqualTo(address(1));
            assertThat(probe.port()).isEqualTo(6081);
        });
        // the header, endpoint 0, attachment 0, cookie; IPv4 of 40 bytes 198.18.0.1 > 198.18.0.2, UDP 61081 > 61081 or
        // 61082 of 20 bytes; target index 0 in zone 0
        assertThat(HexFormat.of().formatHex(turn.get(0).payload()))
                .matches("0800080000000000" + "010801020{16}" + "010802020{16}" + "01080301500000.."
                        + "45000028000040004011[0-9a-f]{4}c6120001c6120002" + "ee99ee990014[0-9a-f]{4}"
                        + "00000000" + "00000000000000..");
        assertThat(HexFormat.of().formatHex(turn.get(1).payload())).contains("c6120001c6120002ee99ee9a0014");
        turn.forEach(probe -> assertThat(checksumOf(probe.payload(), INNER, 20)).isEqualTo(0xFFFF));
        turn.forEach(probe -> assertThat(udpSumOf(probe.payload())).isEqualTo(0xFFFF));
    }

    private static int checksumOf(byte[] bytes, int offset, int length) {
        int sum = 0;
        for (int at = offset; at < offset + length; at += 2) {
            sum += (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
        }
        return (sum & 0xFFFF) + (sum >>> 16);
    }

    private static int udpSumOf(byte[] bytes) {
        int sum = checksumOf(bytes, INNER + 12, 8) + 17 + 20 + checksumOf(bytes, INNER + 20, 20);
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return (sum & 0xFFFF) + (sum >>> 16);
    }

    @ParameterizedTest(name = "{0} ms: {1} probes in a second")
    @CsvSource({"10, 100", "50, 20", "100, 10", "1000, 1"})
    void probesEveryInterval(long intervalMs, int probes) {
        rig.configure(group(new DataPathProbe(true, false, intervalMs, 3), PassiveDetection.DEFAULT, target(1)), false);
        assertThat(pass(1_000, DataPathProbesTest::all)).hasSizeBetween(probes - 1, probes + 1);
    }

    @ParameterizedTest(name = "cross-zone {0}, enabled {1}: {2}")
    @CsvSource({
        "false, az1+az2, az1>1 az2>2",
        "true, az1+az2, az1>1 az1>2 az2>1 az2>2",
        "false, az1, az1>1",
        "true, az1, az1>1"
    })
    void probesFromTheZonesThatMayUseTheTarget(boolean crossZone, String enabled, String expected) {
        rig.configure(
                group(POSITIVE, PassiveDetection.DEFAULT, target(1), target(2)),
                crossZone,
                enabled.equals("az1") ? new Zone[] {AZ1} : new Zone[] {AZ1, AZ2});
        assertThat(pass(200, DataPathProbesTest::all).stream()
                        .map(probe -> probe.zone() + ">" + (probe.address() & 0xFF))
                        .distinct()
                        .sorted())
                .containsExactly(expected.split(" "));
    }

    @Test
    void probesNobodyUnlessToldTo() {
        rig.configure(group(OFF, PassiveDetection.DEFAULT, target(1)), true);
        assertThat(pass(1_000, DataPathProbesTest::all)).isEmpty();
        assertThat(rig.probes.verdicts()).isEmpty();
    }

    @Test
    void saysNothingBeforeItKnows() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        pass(200, DataPathProbesTest::all);
        assertThat(rig.probes.verdicts()).isEmpty();
    }

    @Test
    void passingAfterAsManyGoodProbesInARow() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        pass(450, DataPathProbesTest::all);
        assertThat(rig.transitions).containsExactly("fw-1@az1 ?>PASSING");
    }

    /** The appliance's health port would still answer: only the data path tells. */
    @Test
    void anApplianceThatSilentlySwallowsPacketsIsFailing() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        pass(500, DataPathProbesTest::all);
        long since = rig.nowMs;
        while (rig.state(1, AZ1) != State.FAILING) {
            pass(10, DataPathProbesTest::none);
            assertThat(rig.nowMs - since)
                    .as("failures + 1 intervals, and a tick")
                    .isLessThanOrEqualTo(410);
        }
        pass(450, DataPathProbesTest::all);
        assertThat(rig.transitions)
                .containsExactly("fw-1@az1 ?>PASSING", "fw-1@az1 PASSING>FAILING", "fw-1@az1 FAILING>PASSING");
    }

    @Test
    void fewerMissingThanFailuresChangeNothing() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        int[] sent = {0};
        pass(3_000, probe -> sent[0]++ % 3 == 0);
        assertThat(rig.transitions).isEmpty();
    }

    @Test
    void leakingWhenWhatMustNotComeBackDoes() {
        rig.configure(group(BOTH, PassiveDetection.DEFAULT, target(1)), false);
        pass(500, DataPathProbesTest::permitted);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.PASSING);
        pass(450, DataPathProbesTest::all);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.LEAKING);
        pass(450, DataPathProbesTest::none);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.FAILING);
        pass(450, DataPathProbesTest::permitted);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.PASSING);
    }

    @Test
    void eachZoneHasItsOwnVerdict() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), true);
        pass(500, probe -> probe.zone().equals(AZ2));
        assertThat(rig.state(1, AZ1)).isEqualTo(State.FAILING);
        assertThat(rig.state(1, AZ2)).isEqualTo(State.PASSING);
    }

    @ParameterizedTest(name = "{0} ms")
    @CsvSource({"10, 40", "50, 40", "100, 90"})
    void anAnswerHasUntilTheNextTurnAndNeverLessThanFiftyMs(long intervalMs, long answerAfterMs) {
        rig.configure(group(new DataPathProbe(true, false, intervalMs, 3), PassiveDetection.DEFAULT, target(1)), false);
        List<Left> waiting = new ArrayList<>();
        List<Long> due = new ArrayList<>();
        for (int tick = 0; tick < 100; tick++) {
            rig.tick().forEach(probe -> {
                waiting.add(probe);
                due.add(rig.nowMs + answerAfterMs);
            });
            while (!due.isEmpty() && due.getFirst() <= rig.nowMs) {
                due.removeFirst();
                Left probe = waiting.removeFirst();
                assertThat(answer(probe, probe.payload())).isEmpty();
            }
        }
        assertThat(rig.state(1, AZ1)).isEqualTo(State.PASSING);
    }

    record Change(String name, UnaryOperator<byte[]> change, DropReason expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static UnaryOperator<byte[]> flip(int offset) {
        return bytes -> {
            bytes[offset] ^= 1;
            return bytes;
        };
    }

    static Stream<Change> changes() {
        return Stream.of(
                new Change("cookie", flip(39), DropReason.PROBE_UNKNOWN),
                new Change("path number", flip(INNER + 31), DropReason.PROBE_UNKNOWN),
                new Change("path number out of range", flip(INNER + 28), DropReason.PROBE_UNKNOWN),
                new Change("sequence", flip(INNER + 39), DropReason.PROBE_UNKNOWN),
                new Change("inner source", flip(INNER + 15), DropReason.PROBE_CHANGED),
                new Change("inner destination", flip(INNER + 19), DropReason.PROBE_CHANGED),
                new Change("inner source port", flip(INNER + 21), DropReason.PROBE_CHANGED),
                new Change("UDP checksum", flip(INNER + 27), DropReason.PROBE_CHANGED),
                new Change("DSCP", flip(INNER + 1), DropReason.PROBE_CHANGED),
                new Change("inner protocol", flip(INNER + 9), DropReason.PROBE_CHANGED),
                new Change("a byte more", bytes -> Arrays.copyOf(bytes, 81), DropReason.PROBE_CHANGED),
                new Change("a byte less", bytes -> Arrays.copyOf(bytes, 79), DropReason.PROBE_CHANGED),
                new Change("nothing inside", bytes -> Arrays.copyOf(bytes, 40), DropReason.PROBE_CHANGED),
                new Change(
                        "protocol type IPv6",
                        bytes -> {
                            ByteBuffer.wrap(bytes).putShort(2, (short) 0x86DD);
                            return bytes;
                        },
                        DropReason.PROBE_CHANGED));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aChangedAnswerIsDroppedWithItsReasonAndIsNone(Change change) {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        for (int turn = 0; turn < 4; turn++) {
            Left probe = next();
            assertThat(answer(probe, change.change.apply(probe.payload().clone())))
                    .containsExactly(change.expected);
        }
        assertThat(rig.targets.rejectedPackets(0)).isEqualTo(4);
        assertThat(rig.counters.packets(PacketPlace.PROBE_ANSWERS)).isZero();
        assertThat(rig.state(1, AZ1)).isEqualTo(State.FAILING);
    }

    @Test
    void anAppliancesHopMayLowerTheTtl() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        Left probe = next();
        byte[] routed = probe.payload().clone();
        routed[TTL]--;
        routed[HEADER_CHECKSUM]++;
        assertThat(answer(probe, routed)).isEmpty();
        assertThat(rig.counters.packets(PacketPlace.PROBE_ANSWERS)).isOne();
    }

    @Test
    void onlyTheProbedTargetMayAnswerAndOnlyToTheZoneThatAsked() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1), target(3)), true);
        Left probe = next();
        assertThat(rig.inject(probe.payload(), address(probe.address() == address(1) ? 3 : 1), probe.zone()))
                .containsExactly(DropReason.PROBE_UNKNOWN);
        assertThat(rig.inject(probe.payload(), probe.address(), probe.zone().equals(AZ1) ? AZ2 : AZ1))
                .containsExactly(DropReason.PROBE_UNKNOWN);
        assertThat(rig.inject(probe.payload(), address(99), probe.zone())).containsExactly(DropReason.TARGET_UNKNOWN);
        assertThat(answer(probe, probe.payload())).isEmpty();
        assertThat(answer(probe, probe.payload())).as("a second time").containsExactly(DropReason.PROBE_UNKNOWN);
    }

    @Test
    void aLateAnswerIsNone() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        Left probe = next();
        pass(100, DataPathProbesTest::none);
        assertThat(answer(probe, probe.payload())).containsExactly(DropReason.PROBE_UNKNOWN);
    }

    /** The loop stood still for a second while answers lay in the socket: that is no failure of the target. */
    @Test
    void aPauseOfThisNodeAccusesNobody() {
        rig.configure(group(new DataPathProbe(true, false, 10, 3), PassiveDetection.DEFAULT, target(1)), false);
        pass(500, DataPathProbesTest::all);
        for (int pause = 0; pause < 20; pause++) {
            List<Left> before = rig.tick();
            rig.nowMs += 1_000;
            List<Left> after = rig.tick();
            before.forEach(probe -> answer(probe, probe.payload()));
            after.forEach(probe -> answer(probe, probe.payload()));
            pass(100, DataPathProbesTest::all);
        }
        assertThat(rig.transitions).containsExactly("fw-1@az1 ?>PASSING");
    }

    @Test
    void aFullSlabAccusesNobody() {
        rig.configure(group(BOTH, PassiveDetection.DEFAULT, target(1)), false);
        pass(500, DataPathProbesTest::permitted);
        List<Integer> taken = new ArrayList<>();
        while (rig.slab.freeCount() > 1) {
            taken.add(rig.slab.acquire());
        }
        assertThat(pass(2_000, DataPathProbesTest::permitted)).isEmpty();
        taken.forEach(rig.slab::release);
        assertThat(rig.transitions).containsExactly("fw-1@az1 ?>PASSING");
        assertThat(pass(500, DataPathProbesTest::permitted)).isNotEmpty();
    }

    @Test
    void moreThanATickHoldsWaitForTheNext() {
        Target[] many = new Target[250];
        for (int i = 0; i < many.length; i++) {
            many[i] = target(i + 1);
        }
        rig.configure(group(new DataPathProbe(true, true, 10, 3), PassiveDetection.DEFAULT, many), true);
        rig.tick();
        Set<String> reached = new HashSet<>();
        for (int tick = 0; tick < 4; tick++) {
            List<Left> left = rig.tick();
            assertThat(left).hasSizeLessThanOrEqualTo(DataPathProbes.PACKETS_PER_TICK_MAX);
            left.forEach(probe -> reached.add(probe.zone() + ">" + probe.address()));
        }
        assertThat(reached).as("nobody waits for ever").hasSize(2 * many.length);
    }

    private void fallSilent() {
        for (int packet = 0; packet < SilenceDetector.EXPECTED_MIN; packet++) {
            rig.targets.sent(0, 100);
            rig.targets.expectsReturn(0);
        }
        for (int tick = 0; tick < 25; tick++) {
            rig.tick();
        }
    }

    @Test
    void aSilentTargetIsProbedWhateverTheGroupSaysAndOnlyAPassedRunEndsIt() {
        rig.configure(group(OFF, WATCHED, target(1)), true);
        assertThat(pass(1_000, DataPathProbesTest::all)).isEmpty();
        fallSilent();
        assertThat(rig.transitions).containsExactly("fw-1@az1 ?>SILENT", "fw-1@az2 ?>SILENT");
        assertThat(pass(1_000, DataPathProbesTest::none)).isNotEmpty();
        rig.targets.returned(0, 100);
        pass(100, DataPathProbesTest::none);
        int[] sent = {0};
        pass(2_000, probe -> sent[0]++ % 6 < 2);
        assertThat(rig.transitions)
                .as("neither missing probes nor traffic nor single answers end it")
                .hasSize(2);
        pass(500, DataPathProbesTest::all);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.PASSING);
        assertThat(rig.state(1, AZ2)).isEqualTo(State.PASSING);
        pass(200, DataPathProbesTest::none);
        assertThat(pass(1_000, DataPathProbesTest::all)).as("probing has ended").isEmpty();
        assertThat(rig.state(1, AZ1)).isEqualTo(State.PASSING);
    }

    /** Another shard's flows say so: this one need not have any. */
    @Test
    void whatAnotherShardFoundSilentIsProbedAsWhatFellSilentHere() {
        rig.configure(group(OFF, WATCHED, target(1)), true);
        rig.probes.reportedSilent(CodecRig.ref(1));
        rig.probes.reportedSilent(CodecRig.ref(2));
        assertThat(rig.transitions).as("heeded with the next tick").isEmpty();
        assertThat(pass(500, DataPathProbesTest::none)).isNotEmpty();
        assertThat(rig.transitions).containsExactly("fw-1@az1 ?>SILENT", "fw-1@az2 ?>SILENT");
        pass(500, DataPathProbesTest::all);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.PASSING);
    }

    @Test
    void probesSentBeforeTheSilenceDoNotEndIt() {
        rig.configure(group(new DataPathProbe(true, false, 100, 1), WATCHED, target(1)), false);
        pass(1_000, DataPathProbesTest::all);
        for (int packet = 0; packet < SilenceDetector.EXPECTED_MIN; packet++) {
            rig.targets.expectsReturn(0);
        }
        while (rig.state(1, AZ1) != State.SILENT) {
            pass(10, DataPathProbesTest::all);
        }
        long silentMs = rig.nowMs;
        while (rig.state(1, AZ1) == State.SILENT) {
            pass(10, DataPathProbesTest::all);
        }
        assertThat(rig.nowMs - silentMs).as("a probe sent since, and its time").isGreaterThanOrEqualTo(100);
    }

    /** Probes that still wait when the run has passed are of a target that is probed no longer. */
    @Test
    void whatStillWaitsWhenTheSilenceEndsSaysNothing() {
        rig.configure(group(new DataPathProbe(false, false, 10, 3), WATCHED, target(1)), false);
        fallSilent();
        int[] sent = {0};
        pass(1_000, probe -> sent[0]++ < 3);
        assertThat(rig.transitions).containsExactly("fw-1@az1 ?>SILENT", "fw-1@az1 SILENT>PASSING");
    }

    @Test
    void aConfigurationKeepsVerdictsOfWhatStays() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1), target(2)), false);
        pass(500, DataPathProbesTest::all);
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(2), target(3)), false);
        assertThat(rig.state(1, AZ1)).isNull();
        assertThat(rig.state(2, AZ2)).isEqualTo(State.PASSING);
        assertThat(rig.state(3, AZ1)).isNull();
        rig.configure(group(OFF, PassiveDetection.DEFAULT, target(2), target(3)), false);
        assertThat(rig.probes.verdicts()).isEmpty();
    }

    @Test
    void whatIsSwitchedOffIsNotSaidAnyMore() {
        rig.configure(group(POSITIVE, WATCHED, target(1)), false);
        pass(500, DataPathProbesTest::none);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.FAILING);
        rig.configure(group(OFF, WATCHED, target(1)), false);
        assertThat(rig.probes.verdicts()).isEmpty();
        fallSilent();
        rig.configure(group(OFF, WATCHED, target(1)), false);
        assertThat(rig.state(1, AZ1)).isEqualTo(State.SILENT);
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        assertThat(rig.probes.verdicts()).isEmpty();
    }

    @Test
    void whatWasGeneratedOrConsumedIsCountedSo() {
        rig.configure(group(POSITIVE, PassiveDetection.DEFAULT, target(1)), false);
        int sent = pass(1_000, DataPathProbesTest::all).size();
        assertThat(rig.counters.packets(PacketPlace.GENERATED)).isEqualTo(sent);
        assertThat(rig.counters.packets(PacketPlace.PROBE_ANSWERS)).isEqualTo(sent);
        assertThat(rig.counters.bytes(PacketPlace.PROBE_ANSWERS)).isEqualTo(sent * 80L);
        assertThat(rig.dropped()).isZero();
    }
}
