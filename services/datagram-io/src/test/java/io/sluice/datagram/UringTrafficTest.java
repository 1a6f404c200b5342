// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Much traffic through the io_uring handle: every byte, in order, and nothing made on the way. */
@ExtendWith(LeakWatch.class)
class UringTrafficTest {

    private static final long SEED = 20_261_126;
    private static final int BURST = 500;

    /**
     * Datagrams that say what they are: flow (source and destination), number, length and a pattern of these. Checks
     * them where they arrive.
     */
    private static final class Stamped implements DatagramReceiver {

        private static final int HEADER_BYTES = 12;

        private final PacketSlab slab;
        private final int[] next;
        private int wrong;
        private int arrived;

        Stamped(PacketSlab slab, int flows) {
            this.slab = slab;
            this.next = new int[flows];
        }

        static void write(ByteBuffer memory, int offset, int flow, int number, int lengthBytes) {
            memory.putInt(offset, flow);
            memory.putInt(offset + 4, number);
            memory.putInt(offset + 8, lengthBytes);
            for (int i = HEADER_BYTES; i < lengthBytes; i++) {
                memory.put(offset + i, (byte) (flow * 7 + number * 31 + i));
            }
        }

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            ByteBuffer memory = slab.memory();
            int flow = memory.getInt(offset);
            int number = memory.getInt(offset + 4);
            boolean right = memory.getInt(offset + 8) == lengthBytes && number == next[flow]++;
            for (int i = HEADER_BYTES; right && i < lengthBytes; i++) {
                right = memory.get(offset + i) == (byte) (flow * 7 + number * 31 + i);
            }
            wrong += right ? 0 : 1;
            arrived++;
            slab.release(slot);
        }

        @Override
        public void onBatchEnd() {}
    }

    @ParameterizedTest
    @EnumSource
    void carriesAHundredThousandDatagramsOfRandomSizesInTheOrderOfEachFlow(Receiving receive) throws IOException {
        int senders = 2;
        int receivers = 3;
        int flows = senders * receivers;
        Random random = new Random(SEED);
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 2_048, 2_048, receive)) {
            Stamped stamped = new Stamped(rig.slab, flows);
            DatagramPort[] from = new DatagramPort[senders];
            DatagramPort[] to = new DatagramPort[receivers];
            for (int i = 0; i < senders; i++) {
                from[i] = rig.bind(stamped);
            }
            for (int i = 0; i < receivers; i++) {
                to[i] = rig.bind(stamped);
            }
            int[] numbers = new int[flows];
            int[] lengths = new int[flows];
            int datagrams = 100_000;
            for (int done = 0; done < datagrams; done += BURST) {
                rig.onLoop(() -> {
                    for (int i = 0; i < BURST; i++) {
                        int flow = random.nextInt(flows);
                        if (lengths[flow] == 0 || random.nextInt(4) == 0) {
                            lengths[flow] = Stamped.HEADER_BYTES + random.nextInt(1_500);
                        }
                        int slot = rig.slab.acquire();
                        int offset = rig.slab.dataStart(slot) - random.nextInt(40);
                        Stamped.write(rig.slab.memory(), offset, flow, numbers[flow]++, lengths[flow]);
                        from[flow / receivers].send(
                                slot, offset, lengths[flow], LOOPBACK, to[flow % receivers].localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                int all = done + BURST;
                eventually().until(() -> to[0].received() + to[1].received() + to[2].received() == all);
            }
            assertThat(rig.onLoop(() -> stamped.arrived)).isEqualTo(datagrams);
            assertThat(rig.onLoop(() -> stamped.wrong)).as("seed %d", SEED).isZero();
            assertThat(from[0].sent() + from[1].sent()).isEqualTo(datagrams);
            for (DatagramPort port : to) {
                assertThat(port.receiveNoSlot() + port.receiveOversize() + port.receiveErrors())
                        .isZero();
            }
        }
    }

    /** Sends what it gets back to where it came from, a number of times. */
    private static final class Echo implements DatagramReceiver {

        private final PacketSlab slab;
        private int left;

        Echo(PacketSlab slab) {
            this.slab = slab;
        }

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            if (left-- > 0) {
                port.send(slot, offset, lengthBytes, sourceAddress, sourcePort);
            } else {
                slab.release(slot);
            }
        }

        @Override
        public void onBatchEnd() {}
    }

    /**
     * Datagrams go to and fro between two sockets of one loop, which does nothing else. Netty may make an object a turn of
     * the loop, which serves a batch; one made for each datagram would be 16 bytes at least.
     */
    @ParameterizedTest
    @EnumSource
    void makesNothingForADatagram(Receiving receive) throws IOException {
        int window = 200;
        int datagrams = 200_000;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 2_048, 2_048, receive)) {
            Echo echo = new Echo(rig.slab);
            DatagramPort one = rig.bind(echo);
            DatagramPort other = rig.bind(echo);
            long bytes = 0;
            for (int warmUpThenMeasured = 0; warmUpThenMeasured < 2; warmUpThenMeasured++) {
                long handled = one.received() + other.received();
                long before = rig.onLoop(() -> {
                    echo.left = datagrams;
                    for (int i = 0; i < window; i++) {
                        int slot = rig.slab.acquire();
                        int length = 100 + i % 3 * 10;
                        one.send(slot, rig.slab.dataStart(slot), length, LOOPBACK, other.localPort());
                    }
                    rig.path.flush();
                    return threads.getCurrentThreadAllocatedBytes();
                });
                eventually().until(() -> one.received() + other.received() == handled + datagrams + window);
                bytes = rig.onLoop(threads::getCurrentThreadAllocatedBytes) - before;
            }
            assertThat((double) bytes / datagrams).as("bytes for a datagram").isLessThan(8);
        }
    }

    /** Counts how many datagrams pass between asking for a task and its turn. */
    private static final class Asking implements DatagramReceiver {

        private final Echo echo;
        private final LoopbackRig rig;
        private boolean asked;
        private int sinceAsked;
        private int most;

        Asking(LoopbackRig rig, Echo echo) {
            this.rig = rig;
            this.echo = echo;
        }

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            sinceAsked++;
            if (!asked) {
                asked = true;
                rig.loop.execute(() -> {
                    most = Math.max(most, sinceAsked);
                    sinceAsked = 0;
                    asked = false;
                });
            }
            echo.onDatagram(port, slot, offset, lengthBytes, sourceAddress, sourcePort);
        }

        @Override
        public void onBatchEnd() {}
    }

    @Test
    void letsTheLoopDoItsTasksWhileThereIsAlwaysSomethingToReceive() throws IOException {
        int window = 600;
        int datagrams = 100_000;
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 2_048, 2_048)) {
            Echo echo = new Echo(rig.slab);
            Asking asking = new Asking(rig, echo);
            DatagramPort one = rig.bind(asking);
            DatagramPort other = rig.bind(asking);
            rig.onLoop(() -> {
                echo.left = datagrams;
                for (int i = 0; i < window; i++) {
                    int slot = rig.slab.acquire();
                    one.send(slot, rig.slab.dataStart(slot), 100 + i % 3 * 10, LOOPBACK, other.localPort());
                }
                rig.path.flush();
                return null;
            });
            eventually().until(() -> one.received() + other.received() == datagrams + window);
            // the share of a turn, and as many as were lent when it was used up
            assertThat(rig.onLoop(() -> asking.most)).isBetween(1, 512 + 256);
        }
    }
}
