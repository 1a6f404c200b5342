// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a model of a plain map: same ports, same time limit, and nothing that was not put in. */
class FragmentMapProperty {

    private static final int STEPS = 20_000;
    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;

    /** What the model remembers of a first fragment. */
    private record Entry(int sourcePort, int destinationPort, long seenMs) {}

    private final InnerPacket inner = new InnerPacket();

    private static FragmentMap map(int capacity, long seed) {
        return new FragmentMap(capacity, new FlowHasher(seed, ~seed));
    }

    /** A fragment of packet {@code number}: of one of two IP versions, three addresses, two protocols. */
    private InnerPacket fragment(int number, boolean first, int sourcePort, int destinationPort) {
        int offset = first ? 0 : 64;
        int host = 1 + number % 3;
        int protocol = number % 5 == 0 ? 6 : 17;
        PacketBuilder packet = number % 2 == 0
                ? PacketBuilder.ipv4().from("10.0.0." + host).fragment(offset, true)
                : PacketBuilder.ipv6().from("2001:db8::" + host).fragmentHeader(offset, true, number);
        packet.identification(number);
        if (first) {
            packet = protocol == 6 ? packet.tcp(sourcePort, destinationPort) : packet.udp(sourcePort, destinationPort);
        } else {
            packet.protocol(protocol);
        }
        return parsed(packet.payloadBytes(64).build());
    }

    private InnerPacket parsed(byte[] bytes) {
        int type = bytes[0] >>> 4 == 6 ? 0x86DD : 0x0800;
        assertThat(inner.parse(ByteBuffer.wrap(bytes), 0, bytes.length, type)).isEqualTo(DecodeStatus.OK);
        return inner;
    }

    /** Eight slots are one probe, so what is displaced is the endpoint's oldest, else the oldest of all; 4,096 displace nothing. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void f23FindsWhatTheModelFinds(long seed) {
        boolean small = seed % 2 == 0;
        int capacity = small ? FragmentMap.PROBES : 4_096;
        SplittableRandom random = new SplittableRandom(seed);
        FragmentMap map = map(capacity, seed);
        Map<Long, Entry> model = new HashMap<>();
        long nowMs = seed * 1_000_000_007L;
        int found = 0;
        for (int step = 0; step < STEPS; step++) {
            String context = "seed %d, step %d".formatted(seed, step);
            nowMs += 1 + random.nextInt(small ? 2_000 : 1_500);
            long now = nowMs;
            model.values().removeIf(entry -> now - entry.seenMs >= FragmentMap.HOLD_MS);
            int number = random.nextInt(small ? 14 : 60);
            long endpoint = ENDPOINT + random.nextInt(2);
            Long modelKey = endpoint << 8 | number;
            if (random.nextBoolean()) {
                int sourcePort = random.nextInt(65_536);
                int destinationPort = random.nextInt(65_536);
                if (!model.containsKey(modelKey) && model.size() == FragmentMap.PROBES && small) {
                    Comparator<Map.Entry<Long, Entry>> own =
                            Comparator.comparing(entry -> entry.getKey() >>> 8 != endpoint << 8 >>> 8);
                    model.entrySet().stream()
                            .min(own.thenComparingLong(entry -> entry.getValue().seenMs))
                            .map(Map.Entry::getKey)
                            .ifPresent(model::remove);
                }
                model.put(modelKey, new Entry(sourcePort, destinationPort, nowMs));
                map.first(endpoint, fragment(number, true, sourcePort, destinationPort), nowMs);
            } else {
                Entry expected = model.get(modelKey);
                assertThat(map.find(endpoint, fragment(number, false, 0, 0), nowMs))
                        .as(context)
                        .isEqualTo(expected != null);
                if (expected != null) {
                    assertThat(map.sourcePort()).as(context).isEqualTo(expected.sourcePort);
                    assertThat(map.destinationPort()).as(context).isEqualTo(expected.destinationPort);
                    found++;
                }
            }
            // entries that are over count until they are met; the small map meets all of them in each step
            assertThat(map.size()).as(context).isBetween(model.size(), small ? model.size() : 120);
        }
        assertThat(found).as("seed %d: found", seed).isGreaterThan(STEPS / 20);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void f23NeverFindsWrongPortsWhenFull(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FragmentMap map = map(64, seed);
        Map<Integer, Entry> model = new HashMap<>();
        int missed = 0;
        for (int step = 0; step < STEPS; step++) {
            int number = random.nextInt(200);
            if (random.nextBoolean()) {
                Entry entry = new Entry(random.nextInt(65_536), random.nextInt(65_536), step);
                model.put(number, entry);
                map.first(ENDPOINT, fragment(number, true, entry.sourcePort, entry.destinationPort), step);
                assertThat(map.find(ENDPOINT, fragment(number, false, 0, 0), step))
                        .isTrue();
            } else if (map.find(ENDPOINT, fragment(number, false, 0, 0), step)) {
                assertThat(map.sourcePort()).as("seed %d, step %d", seed, step).isEqualTo(model.get(number).sourcePort);
                assertThat(map.destinationPort()).isEqualTo(model.get(number).destinationPort);
            } else {
                missed++;
            }
            assertThat(map.size()).isLessThanOrEqualTo(64);
        }
        assertThat(map.size()).as("seed %d", seed).isEqualTo(64);
        assertThat(missed).as("seed %d: displaced", seed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void f23AnEndpointThatFloodsTheMapDisplacesItselfOnly(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FragmentMap map = map(256, seed);
        for (int number = 0; number < 16; number++) {
            map.first(ENDPOINT, fragment(number, true, number, 7), 0);
        }
        for (int step = 0; step < STEPS; step++) {
            map.first(ENDPOINT + 1, fragment(random.nextInt(65_536), true, 1, 2), 1 + step / 1_000);
        }
        for (int number = 0; number < 16; number++) {
            assertThat(map.find(ENDPOINT, fragment(number, false, 0, 0), 100))
                    .as("seed %d, packet %d", seed, number)
                    .isTrue();
            assertThat(map.sourcePort()).isEqualTo(number);
        }
    }

    @Test
    void f23HoldsThirtySecondsFromTheFirstFragment() {
        FragmentMap map = map(16, 1);
        map.first(ENDPOINT, fragment(2, true, 9, 7), 1_000);
        assertThat(map.find(ENDPOINT, fragment(2, false, 0, 0), 30_999)).isTrue();
        assertThat(map.size()).isEqualTo(1);
        assertThat(map.find(ENDPOINT, fragment(2, false, 0, 0), 31_000)).isFalse();
        assertThat(map.size()).isZero();
    }

    @Test
    void f23TakesNoPacketThatIsNoFirstFragment() {
        FragmentMap map = map(16, 1);
        map.first(ENDPOINT, fragment(2, false, 0, 0), 0);
        map.first(ENDPOINT, parsed(PacketBuilder.ipv4().udp(1, 2).build()), 0);
        assertThat(map.size()).isZero();
        assertThat(map.find(ENDPOINT, parsed(PacketBuilder.ipv4().udp(1, 2).build()), 0))
                .isFalse();
    }

    @Test
    void refusesCapacitiesOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> map(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> map(Integer.MAX_VALUE, 1));
    }
}
