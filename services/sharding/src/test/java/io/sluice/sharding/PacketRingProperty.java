// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring is a bounded queue: the same answers as one of the JDK's, whatever happens in which order. */
class PacketRingProperty {

    private static final int PACKET_BYTES_MAX = 100;
    private static final long SEED = 0x5EED_0A14L;

    @SuppressWarnings("ArrayRecordComponent") // compared by its parts
    private record Packet(int kind, long first, long second, long third, long fourth, byte[] bytes) {}

    private static Packet packet(Random random, int bytesMax) {
        byte[] bytes = new byte[random.nextInt(bytesMax + 1)];
        random.nextBytes(bytes);
        return new Packet(
                random.nextInt(), random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong(), bytes);
    }

    private static boolean offer(PacketRing ring, Packet packet, int spare) {
        ByteBuffer from = ByteBuffer.allocate(7 + packet.bytes.length).put(7, packet.bytes);
        return ring.offer(
                packet.kind,
                packet.first,
                packet.second,
                packet.third,
                packet.fourth,
                from,
                7,
                packet.bytes.length,
                spare);
    }

    private static void take(PacketRing ring, Packet expected) {
        assertThat(ring.hasPacket()).isTrue();
        assertThat(ring.kind()).isEqualTo(expected.kind);
        assertThat(ring.first()).isEqualTo(expected.first);
        assertThat(ring.second()).isEqualTo(expected.second);
        assertThat(ring.third()).isEqualTo(expected.third);
        assertThat(ring.fourth()).isEqualTo(expected.fourth);
        assertThat(ring.lengthBytes()).isEqualTo(expected.bytes.length);
        ByteBuffer to = ByteBuffer.allocate(3 + expected.bytes.length);
        ring.copyTo(to, 3);
        assertThat(Arrays.copyOfRange(to.array(), 3, to.capacity())).isEqualTo(expected.bytes);
        ring.advance();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 64})
    void answersAsAQueueDoes(int cells) {
        Random random = new Random(SEED + cells);
        PacketRing ring = new PacketRing(cells, PACKET_BYTES_MAX);
        Queue<Packet> model = new ArrayDeque<>();
        for (int step = 0; step < 50_000; step++) {
            if (random.nextBoolean()) {
                int spare = random.nextInt(cells);
                Packet packet = packet(random, PACKET_BYTES_MAX);
                boolean room = model.size() + spare < cells;
                assertThat(offer(ring, packet, spare)).as("step %d", step).isEqualTo(room);
                if (room) {
                    model.add(packet);
                }
            } else if (model.isEmpty()) {
                assertThat(ring.hasPacket()).isFalse();
            } else {
                take(ring, model.remove());
            }
        }
    }

    @Test
    void aPacketLongerThanACellFindsNoRoom() {
        PacketRing ring = new PacketRing(4, PACKET_BYTES_MAX);
        Packet longer = new Packet(1, 2, 3, 4, 5, new byte[PACKET_BYTES_MAX + 1]);
        assertThat(offer(ring, longer, 0)).isFalse();
        assertThat(ring.hasPacket()).isFalse();
    }

    /** Two threads, a million packets: none lost, none twice, all in order and whole. */
    @Test
    void bringsEverythingInOrderFromOneThreadToAnother() throws InterruptedException {
        int count = 1_000_000;
        PacketRing ring = new PacketRing(64, Long.BYTES * 2);
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread consumer = Thread.ofPlatform().start(() -> {
            ByteBuffer to = ByteBuffer.allocate(Long.BYTES * 2);
            for (long expected = 0; expected < count; expected++) {
                while (!ring.hasPacket()) {
                    Thread.onSpinWait();
                    if (Thread.interrupted()) {
                        return;
                    }
                }
                ring.copyTo(to, 0);
                if (ring.first() != expected || to.getLong(0) != expected || to.getLong(8) != ~expected) {
                    wrong.compareAndSet(null, "packet " + expected);
                }
                ring.advance();
            }
        });
        ByteBuffer from = ByteBuffer.allocate(Long.BYTES * 2);
        for (long number = 0; number < count; number++) {
            from.putLong(0, number).putLong(8, ~number);
            while (!ring.offer(0, number, 0, 0, 0, from, 0, Long.BYTES * 2, 0)) {
                Thread.onSpinWait();
            }
        }
        consumer.join(60_000);
        consumer.interrupt();
        assertThat(consumer.isAlive()).isFalse();
        assertThat(wrong.get()).isNull();
        assertThat(ring.hasPacket()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-4, 0, 3, 100})
    void refusesNumbersOfCellsThatAreNoPowerOfTwo(int cells) {
        assertThatIllegalArgumentException().isThrownBy(() -> new PacketRing(cells, 1));
    }
}
