// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.core.TestPackets.Kind;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both directions of a flow have one queue, flows have many, and no packet is too odd. */
class QueueChoiceTest {

    private static final long SEED = 20_261_128L;
    private static final int QUEUES = 4;
    private static final int FLOWS = 2_000;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int IPV6_FRAGMENT = 44;
    private static final int MORE_FRAGMENTS = 0x2000;

    /** Where the packet lies: with bytes around it that must not matter. */
    private static final int OFFSET = 16;

    private final QueueChoice choice = new QueueChoice(QUEUES, SEED);
    private final SplittableRandom random = new SplittableRandom(SEED);

    private static ByteBuffer packet(Kind kind) {
        byte[] bytes = TestPackets.packet(kind, 1, new byte[40]);
        return ByteBuffer.allocateDirect(OFFSET + bytes.length).put(OFFSET, bytes);
    }

    private int queue(ByteBuffer packet) {
        return choice.choose(packet, OFFSET, packet.capacity() - OFFSET);
    }

    private static Kind kind(boolean ipv4, boolean tcp) {
        return new Kind(ipv4, tcp, 0x10, tcp ? 12 : 0);
    }

    private static void setPorts(ByteBuffer packet, Kind kind, int source, int destination) {
        int ports = OFFSET + kind.transport();
        packet.putShort(ports, (short) source).putShort(ports + 2, (short) destination);
    }

    /** Addresses and ports change places. */
    private static ByteBuffer returned(ByteBuffer packet, Kind kind) {
        ByteBuffer other = ByteBuffer.allocateDirect(packet.capacity()).put(0, packet, 0, packet.capacity());
        int addresses = OFFSET + (kind.ipv4() ? 12 : 8);
        int bytes = kind.ipv4() ? 4 : 16;
        int ports = OFFSET + kind.transport();
        other.put(addresses, packet, addresses + bytes, bytes).put(addresses + bytes, packet, addresses, bytes);
        return other.put(ports, packet, ports + 2, 2).put(ports + 2, packet, ports, 2);
    }

    static Stream<Kind> kinds() {
        return Stream.of(kind(true, true), kind(true, false), kind(false, true), kind(false, false));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bothDirectionsOfAFlowHaveOneQueue(Kind kind) {
        ByteBuffer packet = packet(kind);
        for (int i = 0; i < FLOWS; i++) {
            int addresses = OFFSET + (kind.ipv4() ? 12 : 8);
            packet.putInt(addresses, random.nextInt()).putInt(addresses + 4, random.nextInt());
            setPorts(packet, kind, random.nextInt(), random.nextInt());
            assertThat(queue(returned(packet, kind))).isEqualTo(queue(packet));
        }
    }

    /** What makes flows different. */
    record Difference(String name, Change change) {

        /** Makes a packet that of the flow of this number. */
        interface Change {
            void make(ByteBuffer packet, int flow);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Difference> differences() {
        return Stream.of(
                new Difference("source port", (packet, i) -> packet.putShort(OFFSET + 20, (short) (32_768 + i))),
                new Difference("destination port", (packet, i) -> packet.putShort(OFFSET + 22, (short) i)),
                new Difference("source address", (packet, i) -> packet.putInt(OFFSET + 12, 0x0A09_0000 + i)),
                new Difference(
                        "both addresses alike",
                        (packet, i) ->
                                packet.putInt(OFFSET + 12, 0x0A09_0000 + i).putInt(OFFSET + 16, 0x0A0A_0000 + i)),
                new Difference(
                        "address, no ports",
                        (packet, i) -> packet.put(OFFSET + 9, (byte) ICMP).putInt(OFFSET + 16, 0x0A09_0000 + i)));
    }

    @ParameterizedTest
    @MethodSource("differences")
    void flowsThatDifferLittleSpreadOverAllQueues(Difference difference) {
        ByteBuffer packet = packet(kind(true, false));
        assertSpread(i -> {
            difference.change.make(packet, i);
            return packet;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 22, 24, 38, 40, 42})
    void flowsOverIpv6SpreadByAnyPartOfTheirEnds(int whatDiffers) {
        ByteBuffer packet = packet(kind(false, true));
        assertSpread(i -> packet.putShort(OFFSET + whatDiffers, (short) i));
    }

    private void assertSpread(IntFunction<ByteBuffer> flows) {
        int[] counts = new int[QUEUES];
        for (int i = 0; i < FLOWS; i++) {
            counts[queue(flows.apply(i))]++;
        }
        int even = FLOWS / QUEUES;
        for (int count : counts) {
            assertThat(count).as("seed %s", SEED).isBetween(even * 4 / 5, even * 6 / 5);
        }
    }

    @Test
    void anotherSeedSpreadsOtherwise() {
        ByteBuffer packet = packet(kind(true, false));
        QueueChoice other = new QueueChoice(QUEUES, SEED + 1);
        int same = 0;
        for (int i = 0; i < FLOWS; i++) {
            setPorts(packet, kind(true, false), i, 443);
            same += other.choose(packet, OFFSET, packet.capacity() - OFFSET) == queue(packet) ? 1 : 0;
        }
        assertThat(same).isBetween(FLOWS / QUEUES * 4 / 5, FLOWS / QUEUES * 6 / 5);
    }

    /** The first fragment has the ports, the others payload in their place. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fragmentsOfADatagramGoTheSameWay(boolean ipv4) {
        Kind kind = kind(ipv4, false);
        ByteBuffer packet = packet(kind);
        for (int i = 0; i < FLOWS; i++) {
            packet.putInt(OFFSET + (ipv4 ? 12 : 8), i);
            Set<Integer> queues = new HashSet<>();
            for (int fragment : new int[] {0, 185, 370}) {
                if (ipv4) {
                    packet.putShort(OFFSET + 6, (short) (fragment < 370 ? MORE_FRAGMENTS | fragment : fragment));
                } else {
                    packet.put(OFFSET + 6, (byte) IPV6_FRAGMENT).put(OFFSET + 40, (byte) UDP);
                }
                setPorts(packet, kind, random.nextInt(), random.nextInt());
                queues.add(queue(packet));
            }
            assertThat(queues).hasSize(1);
        }
    }

    /** The device takes a super-packet's headers apart from its payload, and ports may be missing altogether. */
    @Test
    void payloadAndItsLengthDoNotMatter() {
        ByteBuffer packet = packet(kind(true, true));
        int queue = queue(packet);
        packet.putShort(OFFSET + 2, (short) 9_000).putInt(OFFSET + 60, 77);
        assertThat(choice.choose(packet, OFFSET, 52)).isEqualTo(queue);
        assertThat(choice.choose(packet, OFFSET, 24)).isEqualTo(queue);
    }

    @Test
    void ipOptionsAreSteppedOver() {
        ByteBuffer packet = packet(kind(true, true));
        int queue = queue(packet);
        packet.put(OFFSET + 24, packet, OFFSET + 20, 4).put(OFFSET, (byte) 0x46);
        packet.putInt(OFFSET + 20, 0x0101_0101);
        assertThat(queue(packet)).isEqualTo(queue);
    }

    @Test
    void oneQueueTakesAll() {
        ByteBuffer packet = packet(kind(true, true));
        QueueChoice one = new QueueChoice(1, SEED);
        for (int i = 0; i < FLOWS; i++) {
            setPorts(packet, kind(true, true), i, 443);
            assertThat(one.choose(packet, OFFSET, packet.capacity() - OFFSET)).isZero();
        }
    }

    /** The buffer ends where the packet does: a byte read too far would throw. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 20, 23, 24, 39, 40, 43, 44, 60, 100})
    void whateverTheBytesAreThereIsAQueue(int lengthBytes) {
        byte[] bytes = new byte[OFFSET + lengthBytes];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(bytes);
            if (lengthBytes > 9 && i % 3 > 0) { // more of what looks like an IP packet of TCP or UDP
                bytes[OFFSET] = (byte) (i % 3 == 1 ? 0x40 | random.nextInt(16) : 0x60);
                bytes[OFFSET + (i % 3 == 1 ? 9 : 6)] = (byte) (random.nextBoolean() ? 6 : UDP);
                bytes[OFFSET + (i % 3 == 1 ? 6 : 7)] = 0;
            }
            int queue = choice.choose(ByteBuffer.wrap(bytes), OFFSET, lengthBytes);
            assertThat(queue).as("seed %s, input %s", SEED, i).isBetween(0, QUEUES - 1);
        }
    }

    @Test
    void whatIsNoPacketGoesToTheFirstQueue() {
        byte[] bytes = new byte[OFFSET + 60];
        for (int i = 0; i < FLOWS; i++) {
            random.nextBytes(bytes);
            bytes[OFFSET] = 0x50;
            assertThat(choice.choose(ByteBuffer.wrap(bytes), OFFSET, 60)).isZero();
            bytes[OFFSET] = 0x60;
            assertThat(choice.choose(ByteBuffer.wrap(bytes), OFFSET, 39)).isZero();
        }
    }
}
