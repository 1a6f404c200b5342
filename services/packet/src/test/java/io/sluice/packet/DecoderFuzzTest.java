// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import io.sluice.testkit.FuzzCorpus;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fuzz targets on every build: golden packets and the committed corpus, then seeded mutations of them. */
class DecoderFuzzTest {
    private static final long SEED = 0x5EED_0002L;
    private static final int MUTATIONS = 20_000;

    @Test
    void datagramDecoderHoldsForGoldenAndMutatedInput() {
        run(corpus("GeneveDatagramFuzzer", "geneve", "inner"), GeneveDatagramFuzzer::fuzzerTestOneInput);
    }

    @Test
    void innerParserHoldsForGoldenAndMutatedInput() {
        run(corpus("InnerPacketFuzzer", "inner", "geneve"), InnerPacketFuzzer::fuzzerTestOneInput);
    }

    /** Golden packets of these areas, and what fuzzing this target has left. */
    static List<byte[]> corpus(String target, String... areas) {
        return Stream.concat(
                        Stream.of(areas)
                                .flatMap(area -> GoldenPackets.all(area).stream())
                                .map(GoldenPacket::bytes),
                        FuzzCorpus.of(target).stream())
                .toList();
    }

    static void run(List<byte[]> corpus, Consumer<byte[]> target) {
        FuzzCorpus.run(corpus, SEED, MUTATIONS, target);
    }
}
