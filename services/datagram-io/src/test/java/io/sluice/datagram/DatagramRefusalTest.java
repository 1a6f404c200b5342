// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.SLOTS;
import static io.sluice.datagram.LoopbackRig.SLOT_BYTES;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel or the path refuses, and that both go on afterwards. */
@ExtendWith(LeakWatch.class)
class DatagramRefusalTest {

    private static final int UDP_BYTES_MAX = 65_507;

    private static int portOfNobody() throws IOException {
        try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return gone.getLocalPort();
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsWhatTheKernelRefusesAndGoesOn(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            int[] refused = {
                0xFFFF_FFFF, // broadcast, a permission the socket does not have
                0xC000_0201, // 192.0.2.1: no way there from a loopback address
            };
            for (int i = 0; i < refused.length; i++) {
                rig.send(port, numbered(i, 10), refused[i], 9);
                int failures = i + 1;
                eventually().until(() -> port.sendFailures() == failures);
                rig.send(port, numbered(i, 20), port.localPort());
                eventually().until(() -> collector.count() == failures);
            }
            rig.send(port, numbered(9, 10), LOOPBACK, 0);
            eventually().until(() -> port.sendFailures() == refused.length + 1);
            assertThat(port.sent()).isEqualTo(refused.length);
            assertThat(port.inFlight()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesOnlyTheRefusedOnesOfABurst(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            rig.onLoop(() -> {
                for (int i = 0; i < 90; i++) {
                    int address = i % 3 == 1 ? 0xFFFF_FFFF : LOOPBACK;
                    rig.queue(port, numbered(i, 30), address, port.localPort());
                }
                rig.path.flush();
                return null;
            });
            eventually().until(() -> collector.count() == 60);
            rig.awaitQuiet();
            assertThat(port.sent()).isEqualTo(60);
            assertThat(port.sendFailures()).isEqualTo(30);
            int at = 0;
            for (int i = 0; i < 90; i++) {
                if (i % 3 != 1) {
                    assertThat(collector.arrived.get(at++).bytes()).isEqualTo(numbered(i, 30));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsEmptyOrLongerThanUdpAllows(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport, 16, 66_000)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            int[] refused = {UDP_BYTES_MAX + 1, UDP_BYTES_MAX + 2, 0};
            rig.onLoop(() -> {
                rig.queue(port, numbered(1, UDP_BYTES_MAX), LOOPBACK, port.localPort());
                for (int bytes : refused) {
                    rig.queue(port, numbered(9, bytes), LOOPBACK, port.localPort());
                }
                rig.queue(port, numbered(2, 10), LOOPBACK, port.localPort());
                rig.path.flush();
                return null;
            });
            eventually().until(() -> collector.count() == 2);
            rig.awaitQuiet();
            assertThat(collector.arrived)
                    .extracting(Collector.Arrived::bytes)
                    .containsExactly(numbered(1, UDP_BYTES_MAX), numbered(2, 10));
            assertThat(port.sendFailures()).isEqualTo(refused.length);
            assertThat(port.sent()).isEqualTo(2);
            assertThat(port.sentBytes()).isEqualTo(UDP_BYTES_MAX + 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isNotDisturbedByPortsWithNobodyBehind(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            int nobody = portOfNobody();
            for (int i = 0; i < 20; i++) {
                rig.send(port, numbered(i, 10), nobody);
                rig.awaitQuiet();
            }
            rig.send(port, numbered(2, 10), port.localPort());
            eventually().until(() -> collector.count() == 1);
            assertThat(port.sent()).isEqualTo(21);
            assertThat(port.sendFailures()).isZero();
            assertThat(port.receiveErrors()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void flushesABurstBeforeItRefusesAny(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramPort port = rig.bind(new Collector(rig.slab));
            int nobody = portOfNobody();
            int most = rig.onLoop(() -> {
                int seen = 0;
                for (int i = 0; i < SLOTS; i++) {
                    rig.queue(port, numbered(i, 20), LOOPBACK, nobody);
                    seen = Math.max(seen, port.inFlight());
                }
                rig.path.flush();
                return seen;
            });
            rig.awaitQuiet();
            assertThat(most).isEqualTo(SLOTS / 2);
            assertThat(port.sent() + port.sendFailures()).isEqualTo(SLOTS);
            if (transport == DatagramTransport.IO_URING || transport == DatagramTransport.IO_URING_CHANNEL) {
                // the kernel answers a turn of the loop later: what exceeds the limit is refused
                assertThat(port.sent()).isEqualTo(SLOTS / 2);
            } else {
                assertThat(port.sendFailures()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void boundsTheBytesThatWaitForOneSocket(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport, 2_048, SLOT_BYTES)) {
            DatagramPort port = rig.bind(new Collector(rig.slab));
            int nobody = portOfNobody();
            int most = rig.onLoop(() -> {
                int seen = 0;
                for (int i = 0; i < 1_000; i++) {
                    rig.queue(port, numbered(i, 9_000), LOOPBACK, nobody);
                    seen = Math.max(seen, port.inFlight());
                }
                rig.path.flush();
                return seen;
            });
            rig.awaitQuiet();
            // 4 MiB are 466 datagrams, or 461 and Netty's 96 bytes for each
            assertThat(most).isBetween(450, 470);
            assertThat(port.sent() + port.sendFailures()).isEqualTo(1_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheSlotWithACallerWhoNamesBytesOutsideIt(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramPort port = rig.bind(new Collector(rig.slab));
            rig.onLoop(() -> {
                int slot = rig.slab.acquire();
                int start = rig.slab.slotStart(slot);
                int[][] wrong = {
                    {start - 1, 10},
                    {start, SLOT_BYTES + 1},
                    {start + SLOT_BYTES, 1},
                    {start + 10, Integer.MAX_VALUE},
                    {start, -1}
                };
                for (int[] bytes : wrong) {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> port.send(slot, bytes[0], bytes[1], LOOPBACK, 9))
                            .withMessageContaining("not in slot " + slot);
                }
                assertThatIllegalArgumentException().isThrownBy(() -> port.send(slot, start, 1, LOOPBACK, 65_536));
                rig.slab.release(slot);
                return null;
            });
            assertThat(port.sent() + port.sendFailures() + port.inFlight()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesAddressPortAndReasonWhenItCannotBind(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort taken = rig.bind(collector);
            assertThatThrownBy(() -> rig.settle(() -> rig.path.bind(LOOPBACK, taken.localPort(), collector)))
                    .hasMessageContaining("cannot bind UDP 127.0.0.1:" + taken.localPort() + ": ")
                    .hasMessageContaining("Address already in use");
            assertThatThrownBy(() -> rig.settle(() -> rig.path.bind(0xC000_0201, 6081, collector)))
                    .hasMessageContaining("cannot bind UDP 192.0.2.1:6081: ")
                    .hasMessageContaining("Cannot assign requested address");
            assertThat(rig.path.ports()).containsExactly(taken);
            rig.sendFromOutside(numbered(1, 10), taken);
            eventually().until(() -> collector.count() == 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesALoopOfAnotherTransportAtTheFirstBind(DatagramTransport transport) throws IOException {
        DatagramTransport other = transport == DatagramTransport.NIO ? DatagramTransport.EPOLL : DatagramTransport.NIO;
        try (LoopbackRig rig = LoopbackRig.open(other)) {
            assertThat(TransportProbe.of(transport).available()).isTrue();
            DatagramPath wrong = DatagramPaths.open(rig.loop, transport, rig.slab);
            assertThatThrownBy(() -> rig.settle(() -> wrong.bind(LOOPBACK, 0, new Collector(rig.slab))))
                    .hasMessageContaining("cannot bind UDP 127.0.0.1:0: ");
            rig.settle(wrong::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesEverySlotBackWhenClosedWithDatagramsWaiting(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramPort port = rig.bind(new Collector(rig.slab));
            int nobody = portOfNobody();
            CompletionStage<Void> closed = rig.onLoop(() -> {
                for (int i = 0; i < 100; i++) {
                    rig.queue(port, numbered(i, 100), LOOPBACK, nobody);
                }
                assertThat(port.inFlight()).isEqualTo(100);
                return rig.path.close();
            });
            closed.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(port.sent() + port.sendFailures()).isEqualTo(100);
            assertThat(rig.onLoop(rig.slab::freeCount)).isEqualTo(SLOTS);
            rig.send(port, numbered(1, 10), nobody);
            assertThat(port.sent() + port.sendFailures()).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closesASocketThatWasBeingBound(DatagramTransport transport) throws IOException {
        int port = portOfNobody();
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            CompletionStage<DatagramPort> bound = rig.onLoop(() -> {
                CompletionStage<DatagramPort> promised = rig.path.bind(LOOPBACK, port, collector);
                rig.path.close();
                return promised;
            });
            assertThatThrownBy(() -> bound.toCompletableFuture().join())
                    .hasMessageContaining("cannot bind UDP 127.0.0.1:" + port);
            rig.settle(rig.path::close);
            new DatagramSocket(port, InetAddress.getLoopbackAddress()).close();
            assertThatThrownBy(() -> rig.settle(() -> rig.path.bind(LOOPBACK, port, collector)))
                    .hasMessageContaining("cannot bind UDP 127.0.0.1:" + port + ": the path is closed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void hasLetGoOfEveryPortOnceClosed(DatagramTransport transport) throws IOException {
        for (int i = 0; i < 10; i++) {
            int[] ports = new int[3];
            try (LoopbackRig rig = LoopbackRig.open(transport)) {
                for (int p = 0; p < ports.length; p++) {
                    ports[p] = rig.bind(new Collector(rig.slab)).localPort();
                }
                rig.settle(rig.path::close);
                for (int port : ports) {
                    new DatagramSocket(port, InetAddress.getLoopbackAddress()).close();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersABindOnTheLoop(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramReceiver receiver = new Collector(rig.slab);
            assertThat(rig.<Boolean>settle(
                            () -> rig.path.bind(LOOPBACK, 0, receiver).thenApply(port -> rig.loop.inEventLoop())))
                    .isTrue();
            assertThat(rig.<Boolean>settle(() -> rig.path
                            .bind(0xC000_0201, 6081, receiver)
                            .handle((port, failure) -> failure != null && rig.loop.inEventLoop())))
                    .isTrue();
        }
    }
}
