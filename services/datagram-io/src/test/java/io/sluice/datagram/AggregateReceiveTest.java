// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.DATA_BYTES_MAX;
import static io.sluice.datagram.LoopbackRig.HEADROOM_BYTES;
import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.SLOTS;
import static io.sluice.datagram.LoopbackRig.SLOT_BYTES;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a socket that is handed aggregates does with those that are none, with long ones, and without slots. */
@ExtendWith(LeakWatch.class)
class AggregateReceiveTest {

    private static LoopbackRig rig() throws IOException {
        return LoopbackRig.open(DatagramTransport.IO_URING, SLOTS, SLOT_BYTES, Receiving.TOGETHER);
    }

    /** Sends a burst of one size from a path, which leaves as one aggregate. */
    private static void burst(
            LoopbackRig rig, DatagramPath path, DatagramPort from, DatagramPort to, int count, int lengthBytes) {
        assertThat(((UringDatagramPort) from).sender().aggregating())
                .as("the self-test's verdict")
                .isTrue();
        rig.onLoop(() -> {
            for (int i = 0; i < count; i++) {
                int slot = path.slab().acquire();
                int offset = path.slab().dataStart(slot);
                path.slab().memory().put(offset, numbered(i, lengthBytes));
                from.send(slot, offset, lengthBytes, LOOPBACK, to.localPort());
            }
            path.flush();
            return null;
        });
    }

    @Test
    void receivesAnAggregateWithOneCompletionAndHandsOnEachDatagramWhereItLies() throws IOException {
        try (LoopbackRig rig = rig()) {
            List<Integer> offsets = new ArrayList<>();
            List<Integer> slots = new ArrayList<>();
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    offsets.add(offset);
                    slots.add(slot);
                    collector.onDatagram(port, slot, offset, bytes, sourceAddress, sourcePort);
                }

                @Override
                public void onBatchEnd() {
                    collector.onBatchEnd();
                }
            });
            DatagramPort sender = rig.bind(new Collector(rig.slab));
            burst(rig, rig.path, sender, receiver, 40, 1_000);
            eventually().until(() -> collector.batches.get() == 1);
            assertThat(collector.arrived).hasSize(40);
            for (int i = 0; i < 40; i++) {
                Collector.Arrived arrived = collector.arrived.get(i);
                assertThat(arrived.bytes()).isEqualTo(numbered(i, 1_000));
                assertThat(arrived.sourceAddress()).isEqualTo(LOOPBACK);
                assertThat(arrived.sourcePort()).isEqualTo(sender.localPort());
                assertThat(offsets.get(i) - offsets.getFirst()).isEqualTo(i * 1_000);
            }
            assertThat(slots).allMatch(slot -> slot >= SLOTS);
            assertThat(receiver.received()).isEqualTo(40);
        }
    }

    @Test
    void receivesWhatComesAlone() throws IOException {
        try (LoopbackRig rig = rig()) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            int[] lengths = {0, 1, 1_400, DATA_BYTES_MAX, DATA_BYTES_MAX + 1, 60_000, 0, 30};
            for (int i = 0; i < lengths.length; i++) {
                rig.sendFromOutside(numbered(i, lengths[i]), receiver);
            }
            eventually().until(() -> collector.count() == 4);
            assertThat(collector.arrived)
                    .extracting(arrived -> arrived.bytes().length)
                    .containsExactly(1, 1_400, DATA_BYTES_MAX, 30);
            assertThat(receiver.receiveOversize()).isEqualTo(2);
        }
    }

    @Test
    void countsEachShortDatagramOfAnAggregateThatFindsNoSlotAndRecovers() throws IOException {
        try (LoopbackRig rig = rig()) {
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
            PacketSlab senders = new PacketSlab(128, 256, 32);
            DatagramPath path = DatagramPaths.open(rig.loop, DatagramTransport.IO_URING, senders);
            DatagramPort sender = rig.settle(() -> path.bind(LOOPBACK, 0, new Collector(senders)));
            for (int round = 1; round <= 6; round++) {
                burst(rig, path, sender, receiver, 50, HEADROOM_BYTES - 1);
                long sent = round * 50L;
                eventually().until(() -> receiver.received() + receiver.receiveNoSlot() == sent);
            }
            rig.settle(path::close);
            assertThat(receiver.received()).isEqualTo(SLOTS);
            assertThat(receiver.receiveNoSlot()).isEqualTo(300 - SLOTS);
            rig.onLoop(() -> {
                held.forEach(rig.slab::release);
                held.clear();
                return null;
            });
            rig.sendFromOutside(numbered(1, 9), receiver);
            eventually().until(() -> receiver.received() == SLOTS + 1);
            rig.onLoop(() -> {
                held.forEach(rig.slab::release);
                return null;
            });
        }
    }

    /** Beyond that lies the end of the neighbour, which nobody has saved. */
    @Test
    void sendsNothingWithALongerHeaderThanItsReceiverAskedRoomFor() throws IOException {
        int headroom = 8;
        try (LoopbackRig rig = rig()) {
            DatagramPort receiver = rig.bind(new DatagramReceiver() {
                private int number;

                @Override
                public int headroomBytes() {
                    return headroom;
                }

                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    int more = number++ % 2 == 0 ? headroom : headroom + 1;
                    port.send(slot, offset - more, bytes + more, sourceAddress, sourcePort);
                }

                @Override
                public void onBatchEnd() {}
            });
            Collector back = new Collector(rig.slab);
            DatagramPort sender = rig.bind(back);
            burst(rig, rig.path, sender, receiver, 10, 300);
            eventually().until(() -> receiver.received() == 10);
            eventually().until(() -> back.count() == 5);
            assertThat(receiver.receiverFailures()).isEqualTo(5);
            assertThat(back.arrived)
                    .allSatisfy(arrived -> assertThat(arrived.bytes()).hasSize(300 + headroom));
        }
    }
}
