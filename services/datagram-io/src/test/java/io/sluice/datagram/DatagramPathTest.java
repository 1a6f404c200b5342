// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.DATA_BYTES_MAX;
import static io.sluice.datagram.LoopbackRig.HEADROOM_BYTES;
import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.SLOTS;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What datagrams do on their way, over loopback and every transport of this machine. */
@ExtendWith(LeakWatch.class)
class DatagramPathTest {

    @ParameterizedTest
    @EnumSource
    void carriesDatagramsOfEveryLengthUnchanged(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            DatagramPort sender = rig.bind(collector);
            int[] lengths = {1, 8, 40, 1_400, 8_576, 9_000, DATA_BYTES_MAX};
            for (int i = 0; i < lengths.length; i++) {
                rig.send(sender, numbered(i, lengths[i]), receiver.localPort());
                int count = i + 1;
                eventually().until(() -> collector.count() == count);
                assertThat(collector.last()).isEqualTo(numbered(i, lengths[i]));
            }
            rig.awaitQuiet();
            assertThat(sender.sent()).isEqualTo(lengths.length);
            assertThat(sender.sentBytes()).isEqualTo(IntStream.of(lengths).sum());
            assertThat(sender.sendFailures()).isZero();
            assertThat(sender.inFlight()).isZero();
            assertThat(sender.received()).isZero();
            assertThat(receiver.received()).isEqualTo(lengths.length);
            assertThat(receiver.sent()).isZero();
            assertThat(rig.path.transport()).isEqualTo(transport.text());
            assertThat(rig.path.slab()).isSameAs(rig.slab);
        }
    }

    @ParameterizedTest
    @EnumSource
    void handsOnEmptyDatagramsBetweenOthersButOnIoUring(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            int[] lengths = {0, 5, 0, 0, 6, 0, 1};
            Integer[] expected = transport == DatagramTransport.IO_URING
                    ? new Integer[] {5, 6, 1}
                    : new Integer[] {0, 5, 0, 0, 6, 0, 1};
            for (int i = 0; i < lengths.length; i++) {
                rig.sendFromOutside(numbered(i, lengths[i]), receiver);
            }
            eventually().until(() -> collector.count() == expected.length);
            assertThat(collector.arrived)
                    .extracting(arrived -> arrived.bytes().length)
                    .containsExactly(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsFromAnyOffsetOfASlotAndReceivesBehindTheHeadroom(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            List<Integer> offsetsInSlot = new ArrayList<>();
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    offsetsInSlot.add(offset - rig.slab.slotStart(slot));
                    collector.onDatagram(port, slot, offset, bytes, sourceAddress, sourcePort);
                }

                @Override
                public void onBatchEnd() {}
            });
            rig.onLoop(() -> {
                for (int inFront : new int[] {0, 1, HEADROOM_BYTES, 100}) {
                    int slot = rig.slab.acquire();
                    int offset = rig.slab.slotStart(slot) + inFront;
                    rig.slab.memory().put(offset, numbered(inFront, 77));
                    receiver.send(slot, offset, 77, LOOPBACK, receiver.localPort());
                }
                rig.path.flush();
                return null;
            });
            eventually().until(() -> collector.count() == 4);
            assertThat(collector.arrived)
                    .extracting(Collector.Arrived::bytes)
                    .containsExactly(numbered(0, 77), numbered(1, 77), numbered(HEADROOM_BYTES, 77), numbered(100, 77));
            assertThat(rig.onLoop(() -> List.copyOf(offsetsInSlot))).containsOnly(HEADROOM_BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void reportsSenderAndSocketOfEachDatagram(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort one = rig.settle(() -> rig.path.bind(0x7F00_0002, 0, collector));
            DatagramPort other = rig.settle(() -> rig.path.bind(0x7F00_0003, 0, collector));
            rig.send(one, numbered(1, 5), other.localAddress(), other.localPort());
            eventually().until(() -> collector.count() == 1);
            rig.send(other, numbered(2, 6), one.localAddress(), one.localPort());
            eventually().until(() -> collector.count() == 2);
            Collector.Arrived atOther = collector.arrived.get(0);
            assertThat(atOther.port()).isSameAs(other);
            assertThat(atOther.sourceAddress()).isEqualTo(0x7F00_0002);
            assertThat(atOther.sourcePort()).isEqualTo(one.localPort());
            Collector.Arrived atOne = collector.arrived.get(1);
            assertThat(atOne.port()).isSameAs(one);
            assertThat(atOne.sourceAddress()).isEqualTo(0x7F00_0003);
            assertThat(atOne.sourcePort()).isEqualTo(other.localPort());
            assertThat(rig.path.ports()).containsExactly(one, other);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bindsToEveryAddressAndToThePortItIsTold(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort everywhere = rig.settle(() -> rig.path.bind(0, 0, collector));
            assertThat(everywhere.localAddress()).isZero();
            assertThat(everywhere.localPort()).isPositive();
            rig.sendFromOutside(numbered(1, 9), everywhere);
            eventually().until(() -> collector.count() == 1);
            assertThat(collector.arrived.getFirst().sourceAddress()).isEqualTo(LOOPBACK);
            assertThat(collector.arrived.getFirst().sourcePort()).isEqualTo(rig.outside.getLocalPort());
            DatagramPort named = rig.settle(() -> rig.path.bind(0x7F00_0009, 0, collector)); // gives a port nobody has
            DatagramPort told = rig.settle(() -> rig.path.bind(0x7F00_0008, named.localPort(), collector));
            assertThat(told.localPort()).isEqualTo(named.localPort());
            assertThat(told.localAddress()).isEqualTo(0x7F00_0008);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isUnderstoodByASocketOfTheJdks(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramPort port = rig.bind(new Collector(rig.slab));
            rig.send(port, numbered(3, 1_200), rig.outside.getLocalPort());
            DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
            rig.outside.setSoTimeout(30_000);
            rig.outside.receive(packet);
            assertThat(packet.getLength()).isEqualTo(1_200);
            assertThat(packet.getData()).startsWith(numbered(3, 1_200));
            assertThat(packet.getPort()).isEqualTo(port.localPort());
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsOrderOverTenThousandDatagrams(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            List<Integer> numbers = new ArrayList<>();
            DatagramPort receiver = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    numbers.add(rig.slab.memory().getInt(offset));
                    rig.slab.release(slot);
                }

                @Override
                public void onBatchEnd() {}
            });
            DatagramPort sender = rig.bind(new Collector(rig.slab));
            int bursts = 100;
            int burst = 100;
            for (int b = 0; b < bursts; b++) {
                int first = b * burst;
                rig.onLoop(() -> {
                    for (int i = first; i < first + burst; i++) {
                        byte[] content =
                                ByteBuffer.allocate(16 + i % 50).putInt(i).array();
                        rig.queue(sender, content, LOOPBACK, receiver.localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                eventually().until(() -> receiver.received() == first + burst);
            }
            assertThat(rig.onLoop(() -> List.copyOf(numbers)))
                    .isEqualTo(IntStream.range(0, bursts * burst).boxed().toList());
            assertThat(sender.sent()).isEqualTo(10_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatWaitsInFewBatches(DatagramTransport transport) throws Exception {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            CountDownLatch release = new CountDownLatch(1);
            var blocked = rig.loop.submit(() -> {
                release.await();
                return null;
            });
            for (int i = 0; i < 100; i++) {
                rig.sendFromOutside(numbered(i, 100), receiver);
            }
            release.countDown();
            blocked.sync();
            eventually().until(() -> collector.count() == 100);
            eventually().until(() -> collector.batches.get() > 0);
            assertThat(collector.batches.get()).isLessThanOrEqualTo(10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsWhatAReceiverAnswersAtTheEndOfTheBatch(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort asking = rig.bind(collector);
            DatagramPort echo = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    port.send(slot, offset, bytes, sourceAddress, sourcePort);
                }

                @Override
                public void onBatchEnd() {}
            });
            for (int i = 0; i < 20; i++) {
                rig.send(asking, numbered(i, 300 + i), echo.localPort());
                int count = i + 1;
                eventually().until(() -> collector.count() == count);
                assertThat(collector.last()).isEqualTo(numbered(i, 300 + i));
            }
            assertThat(echo.sent()).isEqualTo(20);
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsWhatArrivesWhileNoSlotIsFreeAndRecovers(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            List<Integer> held = new ArrayList<>();
            DatagramPort receiver = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    held.add(slot);
                }

                @Override
                public void onBatchEnd() {}
            });
            rig.onLoop(() -> {
                for (int slot = rig.slab.acquire(); slot != PacketSlab.NONE; slot = rig.slab.acquire()) {
                    held.add(slot);
                }
                return null;
            });
            // slots the kernel has been lent already are filled first
            int lent = SLOTS - rig.onLoop(held::size);
            for (int i = 0; i < lent + 40; i++) {
                rig.sendFromOutside(numbered(i, 50), receiver);
            }
            eventually().until(() -> receiver.receiveNoSlot() == 40);
            assertThat(receiver.received()).isEqualTo(lent);
            rig.onLoop(() -> {
                assertThat(held).hasSize(SLOTS).doesNotHaveDuplicates();
                held.forEach(rig.slab::release);
                held.clear();
                return null;
            });
            rig.sendFromOutside(numbered(7, 60), receiver);
            eventually().until(() -> receiver.received() == lent + 1);
            assertThat(receiver.receiveNoSlot()).isEqualTo(40);
            rig.onLoop(() -> {
                held.forEach(rig.slab::release);
                return null;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void dropsDatagramsLongerThanASlot(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            rig.sendFromOutside(new byte[DATA_BYTES_MAX + 1], receiver);
            rig.sendFromOutside(new byte[30_000], receiver);
            eventually().until(() -> receiver.receiveOversize() == 2);
            rig.sendFromOutside(numbered(4, DATA_BYTES_MAX), receiver);
            eventually().until(() -> collector.count() == 1);
            assertThat(collector.last()).isEqualTo(numbered(4, DATA_BYTES_MAX));
            assertThat(receiver.received()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void survivesAReceiverThatThrows(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            collector.afterEach(() -> {
                throw new IllegalStateException("as the test wants it");
            });
            for (int i = 0; i < 5; i++) {
                rig.sendFromOutside(numbered(i, 10), receiver);
            }
            eventually().until(() -> receiver.receiverFailures() == 5);
            collector.afterEach(() -> {
                throw new AssertionError("as the test wants it");
            });
            rig.sendFromOutside(numbered(5, 10), receiver);
            eventually().until(() -> receiver.receiverFailures() == 6);
            collector.afterEach(() -> {});
            collector.atBatchEnd(() -> {
                throw new IllegalStateException("as the test wants it");
            });
            rig.sendFromOutside(numbered(6, 10), receiver);
            eventually().until(() -> receiver.receiverFailures() >= 7);
            collector.atBatchEnd(() -> {});
            rig.sendFromOutside(numbered(7, 10), receiver);
            eventually().until(() -> collector.count() == 8);
            assertThat(receiver.received()).isEqualTo(8);
            assertThat(receiver.receiveErrors()).isZero();
        }
    }
}
