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
        return headers.intern(buffer(header), OFFSET, header.length);
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
    void refusesSizesOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> headers(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> headers(FrameHeaders.HEADERS_MAX + 1, 1));
    }
}
