// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static io.sluice.geneve.core.CodecRig.AZ1;
import static io.sluice.geneve.core.CodecRig.AZ2;
import static io.sluice.geneve.core.CodecRig.NODE_AZ2;
import static io.sluice.geneve.core.CodecRig.address;
import static io.sluice.geneve.core.CodecRig.group;
import static io.sluice.geneve.core.CodecRig.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.core.CodecRig.Left;
import io.sluice.geneve.core.CodecRig.Passed;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.GeneveBuilder;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes towards targets and back, without sockets. */
class WireFormatTest {

    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;
    private static final int COOKIE = 0xC0FF_EE01;
    private static final byte[] SYN =
            GoldenPackets.load("inner", "ipv4-tcp-syn").bytes();

    private final CodecRig rig = new CodecRig();
    private final DirectConduit conduit = new DirectConduit(rig.slab.memory(), rig.targets, rig.sockets);

    @BeforeEach
    void configure() {
        rig.configure(group(DataPathProbe.DEFAULT, PassiveDetection.DEFAULT, target(1), target(2)), true);
    }

    @AfterEach
    void everySlotIsBack() {
        assertThat(rig.slab.freeCount()).isEqualTo(CodecRig.SLOTS);
    }

    private Left send(byte[] inner, int protocolType, int zoneIndex, int targetIndex, int portSlot) {
        int slot = rig.slab.acquire();
        int start = rig.slab.dataStart(slot);
        rig.slab.memory().put(start, inner);
        conduit.toTarget(
                slot, start, inner.length, protocolType, ENDPOINT, COOKIE, zoneIndex, targetIndex, portSlot, false);
        return rig.left().getFirst();
    }

    private static GeneveBuilder returned() {
        return PacketBuilder.geneve().payload(SYN);
    }

    private Stream<DropReason> inject(GeneveBuilder datagram) {
        return rig.inject(datagram.build(), address(1), AZ1);
    }

    /** Byte for byte the sheet's worked example, from the UDP payload on. */
    @Test
    void w14EveryPacketHasAllThreeOptionsOfTheRightLength() {
        byte[] outer = GoldenPackets.load("outer", "worked-example-to-target").bytes();
        byte[] expected = Arrays.copyOfRange(outer, 28, outer.length);
        byte[] inner = Arrays.copyOfRange(outer, 68, outer.length);
        assertThat(send(inner, 0x0800, 0, 0, 1).payload()).isEqualTo(expected);
        byte[] inner6 = GoldenPackets.load("inner", "ipv6-tcp-syn").bytes();
        byte[] sent6 = send(inner6, 0x86DD, 0, 0, 0).payload();
        assertThat(sent6).startsWith(0x08, 0x00, 0x86, 0xDD, 0, 0, 0, 0);
        assertThat(Arrays.copyOfRange(sent6, 8, 40)).isEqualTo(Arrays.copyOfRange(expected, 8, 40));
        assertThat(Arrays.copyOfRange(sent6, 40, sent6.length)).isEqualTo(inner6);
    }

    @Test
    void w2LeavesFromTheZonesAddressToTheTargetsGenevePort() {
        Left left = send(SYN, 0x0800, 1, 0, 0);
        assertThat(left.zone()).isEqualTo(AZ2);
        assertThat(rig.sources[1][0].localAddress()).isEqualTo(NODE_AZ2);
        assertThat(left.address()).isEqualTo(address(1));
        assertThat(left.port()).isEqualTo(6081);
    }

    /** The slot is the flow's; each has its own port, and any port is taken on the way back. */
    @Test
    void w5AFlowsPortSlotDecidesWhichPortItLeavesFrom() {
        send(SYN, 0x0800, 0, 0, 1);
        send(SYN, 0x0800, 0, 0, 1);
        send(SYN, 0x0800, 0, 0, 0);
        assertThat(rig.sources[0][1].sent()).isEqualTo(2);
        assertThat(rig.sources[0][0].sent()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6081, 49_152, 65_535})
    void w5AnySourcePortIsAcceptedOnReturn(int sourcePort) {
        byte[] datagram = returned().gwlb(ENDPOINT, COOKIE).build();
        int slot = rig.slab.acquire();
        rig.slab.memory().put(rig.slab.dataStart(slot), datagram);
        rig.decoder.onDatagram(rig.geneve[0], slot, rig.slab.dataStart(slot), datagram.length, address(1), sourcePort);
        assertThat(rig.passed).hasSize(1);
    }

    @Test
    void w3TheWorkedExamplesReturnPasses() {
        byte[] outer = GoldenPackets.load("outer", "worked-example-from-target").bytes();
        assertThat(rig.inject(Arrays.copyOfRange(outer, 28, outer.length), address(1), AZ1))
                .isEmpty();
        Passed passed = rig.passed.getFirst();
        assertThat(passed.endpointId()).isEqualTo(ENDPOINT);
        assertThat(passed.cookie()).isEqualTo(COOKIE);
        assertThat(passed.inner()).isEqualTo(Arrays.copyOfRange(outer, 68, outer.length));
    }

    /** What comes to a port that only sends was answered to its sender: addresses and ports swapped. */
    @Test
    void w3AReturnToTheSendingPortIsDroppedUnderItsOwnReason() {
        MisaddressedReturns misaddressed = new MisaddressedReturns(rig.slab, rig.targets, rig.counters);
        int slot = rig.slab.acquire();
        misaddressed.onDatagram(rig.sources[0][0], slot, rig.slab.dataStart(slot), 80, address(1), 6081);
        assertThat(rig.counters.drops(DropReason.RETURN_PORT)).isOne();
        assertThat(rig.targets.rejectedPackets(0)).isOne();
    }

    @Test
    void w10WhatIsNoTargetsIsDroppedAndCounted() {
        byte[] datagram = returned().gwlb(ENDPOINT, COOKIE).build();
        assertThat(rig.inject(datagram, address(99), AZ1)).containsExactly(DropReason.TARGET_UNKNOWN);
        assertThat(rig.inject(datagram, 0, AZ1)).containsExactly(DropReason.TARGET_UNKNOWN);
        assertThat(rig.passed).isEmpty();
        assertThat(rig.inject(datagram, address(2), AZ1)).isEmpty();
        rig.checkNothingIsLost();
    }

    /** Reserved bits are sent as 0, no type is critical; on receive they are masked. */
    @Test
    void w11NoOptionIsCriticalAndReservedBitsAreMasked() {
        byte[] sent = send(SYN, 0x0800, 0, 0, 0).payload();
        assertThat(sent[1] & 0xFF).as("O, C and reserved").isZero();
        for (int option : new int[] {8, 20, 32}) {
            assertThat(sent[option + 2] & 0x80).as("critical bit").isZero();
            assertThat(sent[option + 3] & 0xE0).as("R bits").isZero();
            sent[option + 3] |= (byte) 0xE0;
        }
        sent[1] |= 0x3F;
        sent[7] = (byte) 0xFF;
        assertThat(rig.inject(sent, address(1), AZ1)).isEmpty();
        assertThat(rig.passed.getFirst().cookie()).isEqualTo(COOKIE);
    }

    @Test
    void w15OptionsInAnyOrderWithUnknownOnesBetweenThemPass() {
        byte[] golden =
                GoldenPackets.load("geneve", "target-any-order-unknown-between").bytes();
        assertThat(rig.inject(golden, address(1), AZ1)).isEmpty();
        assertThat(rig.passed).hasSize(1);
        int[][] orders = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
        for (int[] order : orders) {
            GeneveBuilder datagram = returned().option(0xFFFF, 0x7F, new byte[64]);
            for (int type : order) {
                switch (type) {
                    case 1 -> datagram.endpoint(ENDPOINT);
                    case 2 -> datagram.attachment(0);
                    default -> datagram.flowCookie(COOKIE);
                }
                datagram.option(0x0108, 9);
            }
            assertThat(inject(datagram)).isEmpty();
            assertThat(rig.passed.getLast().endpointId()).isEqualTo(ENDPOINT);
            assertThat(rig.passed.getLast().cookie()).isEqualTo(COOKIE);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void w15NoDatagramReadsBeyondItsOptions(long seed) {
        Random random = new Random(seed);
        byte[] good = returned().gwlb(ENDPOINT, COOKIE).build();
        for (int round = 0; round < 20_000; round++) {
            byte[] datagram = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int change = random.nextInt(4); change > 0 && datagram.length > 0; change--) {
                datagram[random.nextInt(datagram.length)] = (byte) random.nextInt(256);
            }
            rig.inject(datagram, address(1), AZ1)
                    .forEach(reason -> assertThat(reason).isNotNull());
        }
        rig.checkNothingIsLost();
    }

    /** The three options, to leave one out. */
    enum Option {
        ENDPOINT,
        ATTACHMENT,
        COOKIE
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void w19AMissingOptionIsDroppedInSilence(Option missing) {
        GeneveBuilder datagram = returned();
        if (missing != Option.ENDPOINT) {
            datagram.endpoint(ENDPOINT);
        }
        if (missing != Option.ATTACHMENT) {
            datagram.attachment(0);
        }
        if (missing != Option.COOKIE) {
            datagram.flowCookie(COOKIE);
        }
        assertThat(inject(datagram)).containsExactly(DropReason.OPTION_MISSING);
        nothingWasAnswered();
    }

    static Stream<GeneveBuilder> wrongLengths() {
        return Stream.of(
                returned().option(0x0108, 1, new byte[4]).attachment(0).flowCookie(COOKIE),
                returned().option(0x0108, 1, new byte[12]).attachment(0).flowCookie(COOKIE),
                returned().endpoint(ENDPOINT).option(0x0108, 2).flowCookie(COOKIE),
                returned().endpoint(ENDPOINT).attachment(0).option(0x0108, 3, new byte[8]));
    }

    @ParameterizedTest
    @MethodSource("wrongLengths")
    void w19AnOptionOfTheWrongLengthIsDroppedInSilence(GeneveBuilder datagram) {
        assertThat(inject(datagram)).containsExactly(DropReason.OPTION_LENGTH);
        nothingWasAnswered();
    }

    private void nothingWasAnswered() {
        assertThat(rig.left()).isEmpty();
        assertThat(rig.passed).isEmpty();
        assertThat(rig.targets.rejectedPackets(0)).isOne();
        rig.checkNothingIsLost();
    }

    /** No endpoint has id 0: it never reaches the flows. */
    @Test
    void endpointZeroIsTheProbesAlone() {
        assertThat(inject(returned().gwlb(0, COOKIE))).containsExactly(DropReason.PROBE_UNKNOWN);
        assertThat(rig.passed).isEmpty();
    }

    @Test
    void theVniIsNotRead() {
        byte[] datagram = returned().gwlb(ENDPOINT, COOKIE).build();
        ByteBuffer.wrap(datagram).putInt(4, 0xFFFF_FF00);
        assertThat(rig.inject(datagram, address(1), AZ1)).isEmpty();
    }
}
