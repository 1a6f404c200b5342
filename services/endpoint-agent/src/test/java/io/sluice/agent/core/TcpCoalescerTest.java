// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.core.TestPackets.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which segments become one packet, and that cutting it gives back the very bytes. */
class TcpCoalescerTest {

    private static final int ACK = 0x10;
    private static final int PSH = 0x08;
    private static final int FIN = 0x01;
    private static final int SEGMENT = 100;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    private final ByteBuffer virtio = ByteBuffer.allocateDirect(VirtioHeader.LENGTH_BYTES);
    private final List<byte[]> written = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private int innerBytes;
    private int next;
    private final TcpCoalescer coalescer = new TcpCoalescer(buffer, virtio, this::take);

    private void take(TcpCoalescer.Pieces pieces, int packets, int bytes) {
        int length = VirtioHeader.LENGTH_BYTES;
        for (int i = 0; i < pieces.count(); i++) {
            length += pieces.lengthBytes(i);
        }
        ByteBuffer packet = ByteBuffer.allocate(length).put(virtio.duplicate().position(0));
        for (int i = 0; i < pieces.count(); i++) {
            packet.put(buffer.slice(pieces.offset(i), pieces.lengthBytes(i)));
        }
        written.add(packet.array());
        counts.add(packets);
        innerBytes += bytes;
    }

    private void add(byte[] packet) {
        buffer.put(next, packet);
        coalescer.add(next, packet.length);
        next += packet.length + 9;
    }

    /** What the kernel would make of all that was written. */
    private List<byte[]> cutAgain() {
        List<byte[]> packets = new ArrayList<>();
        for (byte[] one : written) {
            packets.addAll(PacketSegmenterTest.cut(one));
        }
        return packets;
    }

    /** Segment {@code index} of a stream, its identification counting up as a kernel's. */
    private static byte[] segment(Kind kind, int index, int payloadBytes) {
        byte[] packet = TestPackets.packet(kind, index * SEGMENT, PacketSegmenterTest.payload(payloadBytes));
        TestPackets.identify(packet, kind, index);
        return packet;
    }

    private static Kind data(boolean ipv4) {
        return new Kind(ipv4, true, ACK, 12);
    }

    private static byte[] changed(byte[] packet, Kind kind, Consumer<ByteBuffer> change) {
        byte[] copy = packet.clone();
        change.accept(ByteBuffer.wrap(copy));
        TestPackets.complete(copy, kind);
        return copy;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void segmentsInOrderBecomeOneAndAreTheSameWhenCut(boolean ipv4) {
        List<byte[]> segments = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            segments.add(segment(data(ipv4), i, SEGMENT));
        }
        segments.add(segment(new Kind(ipv4, true, ACK | PSH, 12), 10, 33));
        segments.forEach(this::add);
        coalescer.flush();
        assertThat(counts).containsExactly(11);
        assertThat(innerBytes)
                .isEqualTo(segments.stream().mapToInt(one -> one.length).sum());
        assertThat(cutAgain()).containsExactlyElementsOf(segments);
    }

    @Test
    void eachOfTheseEndsWhatWaitsAndPassesByItself() {
        Kind kind = data(true);
        byte[] second = segment(kind, 1, SEGMENT);
        List<byte[]> others = List.of(
                segment(kind, 2, SEGMENT), // a segment is missing
                segment(kind, 0, SEGMENT), // again
                segment(kind, 1, SEGMENT + 1), // larger
                changed(second, kind, packet -> packet.putInt(28, 99)), // another acknowledgement
                changed(second, kind, packet -> packet.putShort(34, (short) 99)), // another window
                changed(second, kind, packet -> packet.put(44, (byte) 0)), // another option
                changed(second, kind, packet -> packet.put(8, (byte) 9)), // another TTL
                changed(second, kind, packet -> packet.put(1, (byte) 3)), // congestion was met
                changed(second, kind, packet -> packet.putShort(6, (short) 0)), // may be fragmented
                changed(second, kind, packet -> packet.put(32, (byte) 0x81)), // a reserved bit
                segment(new Kind(true, true, ACK, 8), 1, SEGMENT), // fewer options
                segment(new Kind(true, true, ACK | FIN, 12), 1, SEGMENT),
                segment(new Kind(true, true, ACK | 0x20, 12), 1, SEGMENT), // urgent
                segment(new Kind(true, true, ACK | 0x80, 12), 1, SEGMENT), // CWR
                segment(new Kind(true, true, 0x04, 12), 1, 0), // RST
                segment(kind, 1, 0)); // a bare ACK
        for (byte[] other : others) {
            written.clear();
            counts.clear();
            next = 0;
            byte[] first = segment(kind, 0, SEGMENT);
            add(first);
            add(other);
            coalescer.flush();
            assertThat(counts).as("%s", Arrays.toString(other)).containsExactly(1, 1);
            assertThat(cutAgain()).containsExactly(first, other);
        }
    }

    @Test
    void brokenChecksumStaysBrokenAndAlone() {
        Kind kind = data(true);
        for (int at : new int[] {11, 60}) { // the header's, the segment's
            for (int broken = 0; broken < 3; broken++) {
                written.clear();
                next = 0;
                List<byte[]> segments = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    byte[] packet = segment(kind, i, SEGMENT);
                    packet[at] ^= (byte) (i == broken ? 1 : 0);
                    segments.add(packet);
                }
                segments.forEach(this::add);
                coalescer.flush();
                assertThat(cutAgain()).containsExactlyElementsOf(segments);
            }
        }
    }

    @Test
    void identificationMustCountUpOnlyWhereFragmentsAreAllowed() {
        Kind kind = data(true);
        byte[] first = changed(segment(kind, 0, SEGMENT), kind, packet -> packet.putInt(4, 0));
        byte[] counted = changed(segment(kind, 1, SEGMENT), kind, packet -> packet.putInt(4, 0x0001_0000));
        byte[] same = changed(segment(kind, 2, SEGMENT), kind, packet -> packet.putInt(4, 0x0001_0000));
        add(first);
        add(counted);
        add(same);
        coalescer.flush();
        assertThat(counts).containsExactly(2, 1);
        assertThat(cutAgain()).containsExactly(first, counted, same);

        counts.clear();
        add(changed(segment(kind, 0, SEGMENT), kind, packet -> packet.putInt(4, 0x4000)));
        add(changed(segment(kind, 1, SEGMENT), kind, packet -> packet.putInt(4, 0x4000)));
        coalescer.flush();
        assertThat(counts).containsExactly(2);
    }

    @Test
    void flowsThatTakeTurnsAreKeptApart() {
        Kind kind = data(false);
        for (int i = 0; i < 4; i++) {
            for (int port = 0; port < TcpCoalescer.FLOWS_MAX; port++) {
                int of = port;
                add(changed(segment(kind, i, SEGMENT), kind, packet -> packet.putShort(40, (short) of)));
            }
        }
        coalescer.flush();
        assertThat(counts).hasSize(TcpCoalescer.FLOWS_MAX).containsOnly(4);
    }

    @Test
    void firstOpenedIsWrittenWhereAFlowTooManyComes() {
        Kind kind = data(true);
        for (int port = 0; port <= TcpCoalescer.FLOWS_MAX; port++) {
            int of = port;
            add(changed(segment(kind, 0, SEGMENT), kind, packet -> packet.putShort(20, (short) of)));
        }
        assertThat(written).hasSize(1);
        assertThat(written.getFirst()[VirtioHeader.LENGTH_BYTES + 21]).isZero();
        coalescer.flush();
        assertThat(written).hasSize(TcpCoalescer.FLOWS_MAX + 1);
    }

    @Test
    void fragmentsAndWhatMayHideTcpDoNotOvertake() {
        Kind kind = data(true);
        byte[] first = segment(kind, 0, SEGMENT);
        byte[] fragment = changed(segment(kind, 1, SEGMENT), kind, packet -> packet.putShort(6, (short) 0x2000));
        byte[] options = segment(kind, 1, SEGMENT);
        options[0] = 0x46;
        byte[] hopByHop = segment(data(false), 1, SEGMENT);
        hopByHop[6] = 0;
        for (byte[] unclear : List.of(fragment, options, hopByHop)) {
            written.clear();
            next = 0;
            add(first);
            add(unclear);
            assertThat(cutAgain()).containsExactly(first, unclear);
        }
    }

    @Test
    void otherProtocolsPassAtOnce() {
        byte[] datagram = TestPackets.packet(new Kind(true, false, 0, 0), 0, new byte[40]);
        add(segment(data(true), 0, SEGMENT));
        add(datagram);
        assertThat(cutAgain()).containsExactly(datagram);
        coalescer.flush();
        assertThat(counts).containsExactly(1, 1);
    }

    @Test
    void neverExceedsWhatAnIpHeaderCanSay() {
        Kind kind = new Kind(true, true, ACK, 12);
        for (int i = 0; i < 100; i++) {
            byte[] packet = TestPackets.packet(kind, i * 1_380, PacketSegmenterTest.payload(1_380));
            add(packet);
        }
        coalescer.flush();
        assertThat(counts).containsExactly(47, 47, 6);
        assertThat(written).allMatch(one -> one.length <= VirtioHeader.LENGTH_BYTES + 65_535);
    }

    @Test
    void randomStreamsComeOutAsTheyWentInEachInItsOrder() {
        long seed = 65_535;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            written.clear();
            next = 0;
            List<byte[]> all = new ArrayList<>();
            int[] index = new int[12];
            for (int i = 0; i < 120; i++) {
                int flow = random.nextInt(index.length);
                int flags = ACK | (random.nextInt(8) == 0 ? PSH : 0) | (random.nextInt(30) == 0 ? FIN : 0);
                Kind kind = new Kind(flow % 2 == 0, true, flags, random.nextInt(20) == 0 ? 0 : 12);
                int at = random.nextInt(20) == 0 ? 1 + index[flow]++ : index[flow]++;
                byte[] packet = segment(kind, at, random.nextInt(10) == 0 ? random.nextInt(SEGMENT) : SEGMENT);
                ByteBuffer.wrap(packet).putShort(kind.transport(), (short) flow);
                TestPackets.complete(packet, kind);
                if (random.nextInt(30) == 0) {
                    packet[packet.length - 1] ^= 1;
                }
                all.add(packet);
                add(packet);
            }
            coalescer.flush();
            List<byte[]> out = cutAgain();
            for (int flow = 0; flow < index.length; flow++) {
                assertThat(ofFlow(out, flow))
                        .as("seed %s round %s", seed, round)
                        .containsExactlyElementsOf(ofFlow(all, flow));
            }
        }
    }

    private static List<byte[]> ofFlow(List<byte[]> packets, int flow) {
        return packets.stream()
                .filter(packet -> ByteBuffer.wrap(packet).getShort(packet[0] >> 4 == 4 ? 20 : 40) == flow)
                .toList();
    }

    @Test
    void randomBytesNeverThrow() {
        Random random = new Random(7);
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = new byte[40 + random.nextInt(80)];
            random.nextBytes(bytes);
            bytes[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            bytes[random.nextBoolean() ? 9 : 6] = 6;
            next = 0;
            add(bytes);
            coalescer.flush();
        }
        assertThat(written).hasSize(100_000);
    }
}
