// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.SLOTS;
import static io.sluice.datagram.LoopbackRig.SLOT_BYTES;
import static io.sluice.datagram.LoopbackRig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Aggregates that come at once after quiet traffic, with many more datagrams than may wait for the kernel. */
@ExtendWith(LeakWatch.class)
class AggregateBurstTest {

    /** As many as are lent while every datagram comes alone. */
    private static final int AGGREGATES = Receiving.TOGETHER.aggregates;

    private static final int SENDER_SLOTS = 16_384;

    /** Another path on the rig's loop, with more room than the rig's. */
    private static final class Sender {

        private final LoopbackRig rig;
        private final PacketSlab slab = new PacketSlab(SENDER_SLOTS, 2_048, 32);
        private final DatagramPath path;
        private final Collector arrivals = new Collector(slab);
        private final DatagramPort port;
        private int number;

        Sender(LoopbackRig rig) {
            this.rig = rig;
            path = DatagramPaths.open(rig.loop, DatagramTransport.IO_URING, slab);
            port = rig.settle(() -> path.bind(LOOPBACK, 0, arrivals));
        }

        /** On the loop: queues numbered datagrams of one size. */
        void queue(int count, int bytes, DatagramPort to) {
            for (int i = 0; i < count; i++) {
                int slot = slab.acquire();
                assertThat(slot).isNotEqualTo(PacketSlab.NONE);
                slab.memory().putInt(slab.dataStart(slot), number++);
                port.send(slot, slab.dataStart(slot), bytes, LOOPBACK, to.localPort());
            }
        }

        List<Integer> arrived() {
            return arrivals.arrived.stream()
                    .map(arrived -> ByteBuffer.wrap(arrived.bytes()).getInt())
                    .toList();
        }

        void close() {
            rig.settle(path::close);
            assertThat(port.sendFailures()).isZero();
        }
    }

    /** Sends everything back where it came from. */
    private record Echo() implements DatagramReceiver {

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            port.send(slot, offset, lengthBytes, sourceAddress, sourcePort);
        }

        @Override
        public void onBatchEnd() {}
    }

    private static LoopbackRig rig(int slots) throws IOException {
        return LoopbackRig.open(DatagramTransport.IO_URING, slots, SLOT_BYTES, Receiving.TOGETHER);
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @ParameterizedTest(name = "{0} datagrams of {1} bytes in each aggregate")
    @CsvSource({
        "2, 100", // a datagram each would just fit
        "30, 100", "30, 20", // too short to stay where they lie
        "64, 80", "7, 1400"
    })
    void sendsOnEveryDatagramOfABurstAndInOrder(int together, int bytes) throws IOException {
        try (LoopbackRig rig = rig(SLOTS)) {
            DatagramPort echo = rig.bind(new Echo());
            Sender sender = new Sender(rig);
            int count = AGGREGATES * (together + 1); // half as many times two aggregates' worth and two more
            rig.onLoop(() -> {
                for (int i = 0; i < AGGREGATES / 2; i++) {
                    sender.queue(together, bytes, echo);
                    sender.queue(1, bytes - 1, echo); // joins the aggregate and closes it
                    sender.queue(together, bytes, echo);
                    sender.path.flush();
                    sender.queue(1, bytes + 1, echo); // comes alone
                    sender.path.flush();
                }
                return null;
            });
            eventually().until(() -> echo.received() + echo.receiveNoSlot() == count);
            rig.awaitQuiet();
            assertThat(echo.sendFailures()).as("refused").isZero();
            eventually().until(() -> sender.arrivals.count() == count);
            assertThat(sender.arrived()).isEqualTo(numbers(count));
            assertThat(echo.receiveNoSlot()).isZero();
            sender.close();
        }
    }

    @Test
    void servesEverySocketWhileAggregatesWait() throws IOException {
        try (LoopbackRig rig = rig(SLOTS)) {
            DatagramPort busy = rig.bind(new Echo());
            DatagramPort modest = rig.bind(new Echo());
            Sender sender = new Sender(rig);
            Sender other = new Sender(rig);
            int rounds = 5;
            for (int round = 0; round < rounds; round++) {
                int all = round + 1;
                rig.onLoop(() -> {
                    for (int i = 0; i < AGGREGATES; i++) {
                        sender.queue(40, 90, busy);
                        sender.path.flush();
                    }
                    other.queue(3, 200, modest);
                    other.path.flush();
                    return null;
                });
                eventually().until(() -> sender.arrivals.count() == all * AGGREGATES * 40);
                eventually().until(() -> other.arrivals.count() == all * 3);
            }
            assertThat(busy.sendFailures() + modest.sendFailures()).isZero();
            assertThat(sender.arrived()).isEqualTo(numbers(rounds * AGGREGATES * 40));
            assertThat(other.arrived()).isEqualTo(numbers(rounds * 3));
            sender.close();
            other.close();
        }
    }

    @Test
    void takesOnAnAggregateOfMoreThanMayWaitAtAllOnceNothingElseWaits() throws IOException {
        try (LoopbackRig rig = rig(16)) {
            DatagramPort echo = rig.bind(new Echo());
            Sender sender = new Sender(rig);
            rig.onLoop(() -> {
                for (int i = 0; i < 10; i++) {
                    sender.queue(20, 100, echo);
                    sender.path.flush();
                }
                return null;
            });
            eventually().until(() -> echo.received() == 200);
            rig.awaitQuiet();
            assertThat(echo.sent()).isEqualTo(10 * 8);
            assertThat(echo.sendFailures()).isEqualTo(10 * 12);
            sender.close();
        }
    }

    @Test
    void givesBackWhatWaitsWhenItCloses() throws IOException {
        try (LoopbackRig rig = rig(SLOTS)) {
            List<DatagramPort> echoes = new ArrayList<>();
            DatagramPort echo = rig.bind(new DatagramReceiver() {
                private int count;

                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    port.send(slot, offset, bytes, sourceAddress, sourcePort);
                    if (++count == 200) { // more than may wait: some does
                        echoes.add(port);
                        rig.path.close();
                    }
                }

                @Override
                public void onBatchEnd() {}
            });
            Sender sender = new Sender(rig);
            rig.onLoop(() -> {
                for (int i = 0; i < AGGREGATES; i++) {
                    sender.queue(40, 90, echo);
                    sender.path.flush();
                }
                return null;
            });
            eventually().until(() -> rig.onLoop(() -> !echoes.isEmpty()));
            rig.settle(rig.path::close);
            assertThat(echo.received()).isEqualTo(200);
            assertThat(rig.onLoop(() -> rig.slab.aggregates().usedCount())).isZero();
            sender.close();
        }
    }
}
