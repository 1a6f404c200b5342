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
        run("GeneveDatagramFuzzer", GeneveDatagramFuzzer::fuzzerTestOneInput);
    }

    @Test
    void innerParserHoldsForGoldenAndMutatedInput() {
        run("InnerPacketFuzzer", InnerPacketFuzzer::fuzzerTestOneInput);
    }

    private static void run(String target, Consumer<byte[]> consumer) {
        List<byte[]> corpus = Stream.concat(
                        Stream.of("geneve", "inner")
                                .flatMap(area -> GoldenPackets.all(area).stream())
                                .map(GoldenPacket::bytes),
                        FuzzCorpus.of(target).stream())
                .toList();
        FuzzCorpus.run(corpus, SEED, MUTATIONS, consumer);
    }
}
