// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which datagrams leave together, and that their order to one destination is that of the calls. */
@ExtendWith(LeakWatch.class)
class UringAggregationTest {

    private static final int SO_NO_CHECK = 11;
    private static final int SOL_SOCKET = 1;

    /**
     * A burst.
     *
     * @param name what it is about
     * @param lengths of the datagrams; a negative one goes to the second destination
     * @param messages that the kernel gets
     */
    record Burst(String name, List<Integer> lengths, int messages) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Burst> bursts() {
        return Stream.of(
                new Burst("one datagram", List.of(100), 1),
                new Burst("equal sizes leave together", List.of(100, 100, 100, 100, 100), 1),
                new Burst("a smaller one joins and closes", List.of(100, 100, 60, 100), 2),
                new Burst("even one byte smaller", List.of(100, 99, 99), 2),
                new Burst("a larger one sends off what is open", List.of(100, 100, 200, 200), 2),
                new Burst("falling sizes pair", List.of(400, 300, 200, 100), 2),
                new Burst("rising sizes stay alone", List.of(100, 200, 300, 400), 4),
                new Burst("64 datagrams at most", Collections.nCopies(129, 10), 3),
                new Burst("65,507 bytes at most", Collections.nCopies(15, 9_000), 3),
                new Burst("a smaller one that does not fit begins anew", eachThen(7, 9_000, 2_508), 2),
                new Burst("a smaller one that just fits joins", eachThen(7, 9_000, 2_507), 1),
                new Burst("one open aggregate for each destination", List.of(50, -60, 50, -60, 50, -60), 2),
                new Burst("sizes of another destination do not matter", List.of(50, -900, 50, -20, 50, -20), 3));
    }

    private static List<Integer> eachThen(int count, int length, int last) {
        List<Integer> lengths = new ArrayList<>(Collections.nCopies(count, length));
        lengths.add(last);
        return lengths;
    }

    /** Not an assumption: a mistake of ours would fail the self-test too, and every kernel with the handle can do it. */
    private static UringDatagramPort aggregating(LoopbackRig rig) {
        UringDatagramPort port = (UringDatagramPort) rig.bind(new Collector(rig.slab));
        assertThat(port.sender().aggregating()).as("the self-test's verdict").isTrue();
        return port;
    }

    @ParameterizedTest
    @MethodSource("bursts")
    void leavesInAsFewMessagesAsTheRulesAllow(Burst burst) throws IOException {
        leavesInMessages(burst, Receiving.ALONE);
    }

    @ParameterizedTest
    @MethodSource("bursts")
    void arrivesAsItWasWhereAggregatesAreReceivedToo(Burst burst) throws IOException {
        leavesInMessages(burst, Receiving.TOGETHER);
    }

    private static void leavesInMessages(Burst burst, Receiving receive) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 1_024, LoopbackRig.SLOT_BYTES, receive)) {
            Collector[] collectors = {new Collector(rig.slab), new Collector(rig.slab)};
            int[] ports = Arrays.stream(collectors)
                    .mapToInt(collector -> rig.bind(collector).localPort())
                    .toArray();
            UringDatagramPort sender = aggregating(rig);
            List<List<byte[]>> expected = List.of(new ArrayList<>(), new ArrayList<>());
            rig.onLoop(() -> {
                for (int i = 0; i < burst.lengths().size(); i++) {
                    int length = burst.lengths().get(i);
                    int destination = length > 0 ? 0 : 1;
                    byte[] content = numbered(i, Math.abs(length));
                    expected.get(destination).add(content);
                    rig.queue(sender, content, LOOPBACK, ports[destination]);
                }
                rig.path.flush();
                return null;
            });
            for (int i = 0; i < collectors.length; i++) {
                Collector collector = collectors[i];
                List<byte[]> sent = expected.get(i);
                eventually().until(() -> collector.count() >= sent.size());
                assertThat(collector.arrived)
                        .extracting(Collector.Arrived::bytes)
                        .containsExactlyElementsOf(sent);
            }
            rig.awaitQuiet();
            assertThat(sender.counters().sentMessages.get()).isEqualTo(burst.messages());
            assertThat(sender.sent()).isEqualTo(burst.lengths().size());
            assertThat(sender.sentBytes())
                    .isEqualTo(burst.lengths().stream().mapToInt(Math::abs).sum());
            assertThat(sender.sendFailures() + sender.offloadFallbacks()).isZero();
        }
    }

    @Test
    void keepsTheOrderToEachOfMoreDestinationsThanItHasPlacesFor() throws IOException {
        int destinations = 600;
        long rounds = 3;
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 4_096, 1_024)) {
            List<List<Integer>> arrived = IntStream.range(0, destinations)
                    .<List<Integer>>mapToObj(i -> new ArrayList<>())
                    .toList();
            DatagramPort receiver = rig.settle(() -> rig.path.bind(0, 0, new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    arrived.get(rig.slab.memory().getInt(offset))
                            .add(rig.slab.memory().getInt(offset + Integer.BYTES));
                    rig.slab.release(slot);
                }

                @Override
                public void onBatchEnd() {}
            }));
            UringDatagramPort sender = aggregating(rig);
            rig.onLoop(() -> {
                for (int round = 0; round < rounds; round++) {
                    for (int i = 0; i < destinations; i++) {
                        byte[] content =
                                ByteBuffer.allocate(40).putInt(i).putInt(round).array();
                        rig.queue(sender, content, 0x7F01_0000 + i, receiver.localPort());
                    }
                }
                rig.path.flush();
                return null;
            });
            eventually().until(() -> receiver.received() == destinations * rounds);
            assertThat(rig.onLoop(() -> List.copyOf(arrived))).allMatch(List.of(0, 1, 2)::equals);
        }
    }

    @Test
    void sendsOneByOneOnASocketThatRefusesAggregatesAndSaysSoOnce() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort receiver = rig.bind(collector);
            UringDatagramPort sender = aggregating(rig);
            UringDatagramPort other = aggregating(rig);
            sender.socket().setIntOpt(SOL_SOCKET, SO_NO_CHECK, 1); // Linux refuses that together with UDP_SEGMENT
            List<byte[]> sent = new ArrayList<>();
            for (int burst = 0; burst < 2; burst++) {
                rig.onLoop(() -> {
                    for (int i = 0; i < 30; i++) {
                        byte[] content = numbered(i, i % 10 == 9 ? 50 : 200);
                        sent.add(content);
                        rig.queue(sender, content, LOOPBACK, receiver.localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                eventually().until(() -> collector.count() == sent.size());
                rig.awaitQuiet();
            }
            assertThat(collector.arrived).extracting(Collector.Arrived::bytes).containsExactlyElementsOf(sent);
            assertThat(sender.offloadFallbacks()).isEqualTo(1);
            assertThat(sender.sent()).isEqualTo(60);
            assertThat(sender.counters().sentMessages.get()).isEqualTo(60);
            assertThat(sender.sendFailures()).isZero();
            assertThat(sender.sender().aggregating()).isFalse();
            assertThat(other.sender().aggregating()).isTrue();
        }
    }

    @Test
    void doesNotBlameAggregatesForADestinationThatIsNone() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING)) {
            UringDatagramPort sender = aggregating(rig);
            rig.onLoop(() -> {
                for (int i = 0; i < 5; i++) {
                    rig.queue(sender, numbered(i, 100), LOOPBACK, 0);
                    rig.queue(sender, numbered(i, 100), 0xFFFF_FFFF, 9);
                }
                rig.path.flush();
                return null;
            });
            eventually().until(() -> sender.sendFailures() == 10);
            assertThat(sender.sender().aggregating()).isTrue();
            assertThat(sender.offloadFallbacks()).isZero();
            assertThat(sender.inFlight()).isZero();
        }
    }

    @Test
    void sendsOneByOneWhereTheSelfTestCouldNotBeMade() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 64, LoopbackRig.HEADROOM_BYTES + 40)) {
            Collector collector = new Collector(rig.slab);
            UringDatagramPort port = (UringDatagramPort) rig.bind(collector);
            assertThat(port.sender().aggregating()).isFalse();
            rig.onLoop(() -> {
                for (int i = 0; i < 20; i++) {
                    rig.queue(port, numbered(i, 40), LOOPBACK, port.localPort());
                }
                rig.path.flush();
                return null;
            });
            eventually().until(() -> collector.count() == 20);
            rig.awaitQuiet();
            assertThat(port.counters().sentMessages.get()).isEqualTo(20);
        }
    }
}
