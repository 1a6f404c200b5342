// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.HEADROOM_BYTES;
import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes together goes on with a header of its own each, written over its neighbour, and no byte is lost by that. */
@ExtendWith(LeakWatch.class)
class AggregateForwardTest {

    private static final long SEED = 20_261_127;
    private static final int SOL_SOCKET = 1;
    private static final int SO_NO_CHECK = 11;
    private static final int STAMP_BYTES = 5;

    /** A datagram's number and what is to become of it: the rest of the content follows from these. */
    private static byte[] content(int number, int header, int lengthBytes) {
        ByteBuffer content = ByteBuffer.allocate(lengthBytes);
        content.putInt(number).put((byte) header);
        while (content.hasRemaining()) {
            content.put((byte) (number * 31 + content.position()));
        }
        return content.array();
    }

    /** Writes a header in front of each and sends it on, now or with the batch's end; drops some. */
    private static final class Forwarder implements DatagramReceiver {

        private final LoopbackRig rig;
        private final Random random = new Random(SEED + 1);
        private final List<int[]> later = new ArrayList<>();
        private final Set<Integer> dropped = new HashSet<>();
        private DatagramPort[] destinations = {};
        private final DatagramPort through;
        private final int headroomBytes;

        Forwarder(LoopbackRig rig, DatagramPort through, int headroomBytes) {
            this.rig = rig;
            this.through = through;
            this.headroomBytes = headroomBytes;
        }

        @Override
        public int headroomBytes() {
            return headroomBytes;
        }

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            int chance = random.nextInt(20);
            if (chance == 0) {
                dropped.add(rig.slab.memory().getInt(offset));
                rig.slab.release(slot);
            } else if (chance == 1) {
                int kept = rig.slab.keep(slot, offset, lengthBytes);
                assertThat(kept).isNotEqualTo(PacketSlab.NONE);
                later.add(new int[] {kept, kept == slot ? offset : rig.slab.dataStart(kept), lengthBytes});
            } else {
                forward(slot, offset, lengthBytes);
            }
        }

        private void forward(int slot, int offset, int lengthBytes) {
            int header = rig.slab.memory().get(offset + 4);
            for (int i = 1; i <= header; i++) {
                rig.slab.memory().put(offset - i, (byte) -i);
            }
            int to = rig.slab.memory().getInt(offset) % destinations.length;
            through.send(slot, offset - header, header + lengthBytes, LOOPBACK, destinations[to].localPort());
        }

        @Override
        public void onBatchEnd() {
            later.forEach(kept -> forward(kept[0], kept[1], kept[2]));
            later.clear();
        }
    }

    private static void check(byte[] arrived, Set<Integer> seen) {
        ByteBuffer bytes = ByteBuffer.wrap(arrived);
        int header = 0;
        while (arrived[header] != 0) { // a number's first byte is 0, a header's bytes are none
            header++;
        }
        int number = bytes.getInt(header);
        assertThat(arrived[header + 4]).isEqualTo((byte) header);
        for (int i = 1; i <= header; i++) {
            assertThat(arrived[header - i]).isEqualTo((byte) -i);
        }
        byte[] payload = new byte[arrived.length - header];
        bytes.get(header, payload);
        assertThat(payload).isEqualTo(content(number, header, payload.length));
        assertThat(seen.add(number)).as("%d comes once", number).isTrue();
    }

    @ParameterizedTest(name = "headers of up to {0} bytes, aggregates refused {1}")
    @CsvSource({"64, false", "64, true", "32, false", "3, false", "0, false", "0, true"})
    void everyByteArrivesBehindItsHeader(int headroomBytes, boolean refused) throws IOException {
        Random random = new Random(SEED);
        int bursts = 400;
        try (LoopbackRig rig =
                LoopbackRig.open(DatagramTransport.IO_URING, 2_048, LoopbackRig.SLOT_BYTES, Receiving.TOGETHER)) {
            UringDatagramPort through = (UringDatagramPort) rig.bind(new Collector(rig.slab));
            Forwarder forwarder = new Forwarder(rig, through, headroomBytes);
            DatagramPort middle = rig.bind(forwarder);
            DatagramPort sender = rig.bind(new Collector(rig.slab));
            Collector[] collectors = {new Collector(rig.slab), new Collector(rig.slab), new Collector(rig.slab)};
            DatagramPort[] destinations = new DatagramPort[collectors.length];
            for (int i = 0; i < collectors.length; i++) {
                destinations[i] = rig.bind(collectors[i]);
            }
            forwarder.destinations = destinations;
            int number = 0;
            for (int burst = 0; burst < bursts; burst++) {
                if (refused && burst == bursts / 2) {
                    through.socket().setIntOpt(SOL_SOCKET, SO_NO_CHECK, 1); // refused together with UDP_SEGMENT
                }
                int first = number;
                int count = 1 + random.nextInt(64);
                int bytes = STAMP_BYTES + random.nextInt(burst % 4 == 0 ? 100 : 60_000 / count);
                int last = STAMP_BYTES + random.nextInt(bytes - STAMP_BYTES + 1);
                int[] headers = random.ints(count, 0, headroomBytes + 1).toArray();
                rig.onLoop(() -> {
                    for (int i = 0; i < count; i++) {
                        int length =
                                Math.min(i == count - 1 ? last : bytes, LoopbackRig.DATA_BYTES_MAX - HEADROOM_BYTES);
                        rig.queue(sender, content(first + i, headers[i], length), LOOPBACK, middle.localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                number += count;
                long all = number;
                eventually().until(() -> middle.received() == all);
            }
            rig.awaitQuiet();
            int expected = number - rig.onLoop(() -> forwarder.dropped.size());
            eventually().until(() -> collectors[0].count() + collectors[1].count() + collectors[2].count() == expected);
            Set<Integer> seen = new HashSet<>();
            for (Collector collector : collectors) {
                collector.arrived.forEach(arrived -> check(arrived.bytes(), seen));
            }
            assertThat(seen).as("seed %d", SEED).hasSize(expected);
            assertThat(through.offloadFallbacks()).isEqualTo(refused ? 1 : 0);
            assertThat(through.counters().sentMessages.get()).isLessThan(expected);
        }
    }
}
