// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two loops with a socket each at one address. */
@ExtendWith(LeakWatch.class)
class SharedBindTest {

    /** A = first byte of the payload; A &= 1; return A. */
    private static final long[] BY_FIRST_BYTE = {0x30L << 48, 0x54L << 48 | 1, 0x16L << 48};

    private static final long[] RETURNS_NOTHING = {0x30L << 48};
    private static final int DATAGRAMS = 64;

    private static DatagramPort bindShared(LoopbackRig rig, int port, DatagramReceiver receiver) {
        return rig.settle(() -> rig.path.bindShared(LOOPBACK, port, receiver));
    }

    @ParameterizedTest
    @EnumSource
    void theKernelGivesEachDatagramToOneSocketOfTheAddress(DatagramTransport transport) throws IOException {
        try (LoopbackRig first = LoopbackRig.open(transport);
                LoopbackRig second = LoopbackRig.open(transport)) {
            Collector atFirst = new Collector(first.slab);
            Collector atSecond = new Collector(second.slab);
            DatagramPort port = bindShared(first, 0, atFirst);
            assertThat(bindShared(second, port.localPort(), atSecond).localPort())
                    .isEqualTo(port.localPort());
            for (int i = 0; i < DATAGRAMS; i++) {
                first.sendFromOutside(new byte[] {(byte) i}, port);
            }
            eventually().until(() -> atFirst.count() + atSecond.count() == DATAGRAMS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramSaysWhichSocketWhereTheTransportHasThat(DatagramTransport transport) throws IOException {
        try (LoopbackRig first = LoopbackRig.open(transport);
                LoopbackRig second = LoopbackRig.open(transport)) {
            Collector atFirst = new Collector(first.slab);
            Collector atSecond = new Collector(second.slab);
            DatagramPort port = bindShared(first, 0, atFirst);
            DatagramPort last = bindShared(second, port.localPort(), atSecond);
            boolean steered = second.onLoop(() -> last.steer(BY_FIRST_BYTE));
            assertThat(steered).isEqualTo(transport != DatagramTransport.NIO);
            for (int i = 0; i < DATAGRAMS; i++) {
                first.sendFromOutside(new byte[] {(byte) i}, port);
            }
            eventually().until(() -> atFirst.count() + atSecond.count() == DATAGRAMS);
            if (steered) {
                assertThat(atFirst.arrived).hasSize(DATAGRAMS / 2).allMatch(arrived -> arrived.bytes()[0] % 2 == 0);
                assertThat(atSecond.arrived).hasSize(DATAGRAMS / 2).allMatch(arrived -> arrived.bytes()[0] % 2 == 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatTheKernelRefusesIsNoFailure(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramPort port = bindShared(rig, 0, new Collector(rig.slab));
            assertThat(rig.onLoop(() -> port.steer(RETURNS_NOTHING))).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoSharesWithNobodyIsRefusedAtASharedAddress(DatagramTransport transport) throws IOException {
        try (LoopbackRig first = LoopbackRig.open(transport);
                LoopbackRig second = LoopbackRig.open(transport)) {
            DatagramPort port = bindShared(first, 0, new Collector(first.slab));
            assertThatThrownBy(() -> second.settle(
                            () -> second.path.bind(LOOPBACK, port.localPort(), new Collector(second.slab))))
                    .hasMessageContaining("cannot bind UDP 127.0.0.1:" + port.localPort());
        }
    }
}
