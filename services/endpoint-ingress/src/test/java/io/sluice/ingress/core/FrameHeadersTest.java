// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameHeadersTest {

    private static final int OFFSET = 3;
    private static final int STEPS = 50_000;

    private static FrameHeaders headers(int headersMax, long seed) {
        return new FrameHeaders(headersMax, new FlowHasher(seed, ~seed));
    }

    private static ByteBuffer buffer(byte[] header) {
        return ByteBuffer.allocateDirect(OFFSET + header.length).put(OFFSET, header);
    }

    private static int intern(FrameHeaders headers, byte[] header) {
        return intern(headers, header, 0);
    }

    private static int intern(FrameHeaders headers, byte[] header, long nowMs) {
        return headers.intern(buffer(header), OFFSET, header.length, nowMs);
    }

    private static String reply(FrameHeaders headers, int index) {
        byte[] written = new byte[headers.headerBytes(index)];
        ByteBuffer buffer = buffer(written);
        headers.writeReply(index, buffer, OFFSET);
        buffer.get(OFFSET, written);
        return Hex.format(written);
    }

    @ParameterizedTest
    @CsvSource({
        "fedcba987654 02ffeeddccbb 0800, 02ffeeddccbb fedcba987654 0800",
        "fedcba987654 02ffeeddccbb 8100ffff86dd, 02ffeeddccbb fedcba987654 8100ffff86dd",
        "fedcba987654 02ffeeddccbb 88a8f0078100f0640800, 02ffeeddccbb fedcba987654 88a8f0078100f0640800"
    })
    void writesTheHeaderTheOtherWay(String seen, String reply) {
        FrameHeaders headers = headers(8, 1);
        int index = intern(headers, Hex.parse(seen));
        assertThat(index).isEqualTo(1);
        assertThat(intern(headers, Hex.parse(seen))).isEqualTo(index);
        assertThat(headers.size()).isEqualTo(1);
        assertThat(reply(headers, index)).isEqualTo(Hex.format(Hex.parse(reply)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keepsWhatTheModelKeeps(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FrameHeaders headers = headers(FrameHeaders.HEADERS_MAX, seed);
        Map<String, Integer> model = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            int station = random.nextInt(5_000);
            byte[] header = Hex.parse("020000000001 0200%08x %s"
                    .formatted(
                            station, station % 3 == 0 ? "0800" : station % 3 == 1 ? "810000640800" : "810000650800"));
            int index = intern(headers, header);
            Integer known = model.get(Hex.format(header));
            if (known != null) {
                assertThat(index).as("seed %d, step %d", seed, step).isEqualTo(known);
            } else if (model.size() < FrameHeaders.HEADERS_MAX) {
                assertThat(index).as("seed %d, step %d", seed, step).isEqualTo(model.size() + 1);
                model.put(Hex.format(header), index);
            } else {
                assertThat(index).as("seed %d, step %d: full", seed, step).isEqualTo(FrameHeaders.NONE);
            }
        }
        assertThat(model).hasSize(FrameHeaders.HEADERS_MAX);
        assertThat(headers.size()).isEqualTo(FrameHeaders.HEADERS_MAX);
    }

    @Test
    void displacesNothingWhenFull() {
        FrameHeaders headers = headers(1, 1);
        byte[] first = Hex.parse("020000000001 020000000002 0800");
        assertThat(intern(headers, first)).isEqualTo(1);
        assertThat(intern(headers, Hex.parse("020000000001 020000000003 0800"))).isEqualTo(FrameHeaders.NONE);
        assertThat(intern(headers, first)).isEqualTo(1);
    }

    @Test
    void f10GivesAnIndexAnewOnceNoFlowCanHoldIt() {
        FrameHeaders headers = headers(2, 1);
        byte[] first = Hex.parse("020000000001 020000000002 0800");
        byte[] second = Hex.parse("020000000001 020000000003 0800");
        byte[] third = Hex.parse("020000000001 020000000004 86dd");
        assertThat(intern(headers, first, 0)).isEqualTo(1);
        assertThat(intern(headers, second, 0)).isEqualTo(2);
        assertThat(intern(headers, second, FrameHeaders.REUSE_MS - 1)).isEqualTo(2);
        assertThat(intern(headers, third, FrameHeaders.REUSE_MS - 1)).isEqualTo(FrameHeaders.NONE);
        assertThat(intern(headers, third, FrameHeaders.REUSE_MS)).isEqualTo(1);
        assertThat(reply(headers, 1)).isEqualTo(Hex.format(Hex.parse("020000000004 020000000001 86dd")));
        assertThat(intern(headers, second, FrameHeaders.REUSE_MS)).isEqualTo(2);
        assertThat(intern(headers, first, FrameHeaders.REUSE_MS)).isEqualTo(FrameHeaders.NONE);
        assertThat(headers.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void findsEveryHeaderInUseHoweverManyWereForgotten(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FrameHeaders headers = headers(64, seed);
        Map<Integer, Integer> indexes = new HashMap<>();
        Map<Integer, Long> seenMs = new HashMap<>();
        long nowMs = 0;
        int reused = 0;
        for (int step = 0; step < STEPS; step++) {
            nowMs += random.nextInt((int) FrameHeaders.REUSE_MS / 64);
            int station = random.nextInt(100);
            long now = nowMs;
            int index = intern(headers, Hex.parse("020000000001 0200%08x 0800".formatted(station)), now);
            String context = "seed %d, step %d".formatted(seed, step);
            Integer known = indexes.get(station);
            if (known != null && now - seenMs.get(station) < FrameHeaders.REUSE_MS) {
                assertThat(index).as(context).isEqualTo(known);
            }
            if (index != FrameHeaders.NONE) {
                assertThat(reply(headers, index)).as(context).startsWith("0200%08x".formatted(station));
                boolean taken = indexes.entrySet().removeIf(other -> {
                    boolean had = other.getKey() != station && other.getValue() == index;
                    assertThat(had && now - seenMs.get(other.getKey()) < FrameHeaders.REUSE_MS)
                            .as(context + ": taken from a header in use")
                            .isFalse();
                    return had;
                });
                reused += taken ? 1 : 0;
                indexes.put(station, index);
                seenMs.put(station, now);
            }
        }
        assertThat(reused).as("seed %d", seed).isPositive();
    }

    @Test
    void refusesSizesOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> headers(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> headers(FrameHeaders.HEADERS_MAX + 1, 1));
    }
}
