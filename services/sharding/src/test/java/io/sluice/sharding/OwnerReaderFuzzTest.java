// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.testkit.FuzzCorpus;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fuzz target on every build: golden packets and the committed corpus, then seeded mutations of them. */
class OwnerReaderFuzzTest {

    private static final long SEED = 0x5EED_0A13L;
    private static final int MUTATIONS = 20_000;

    @Test
    void holdsForGoldenAndMutatedInput() {
        List<byte[]> corpus = Stream.concat(
                        GoldenPackets.all("geneve").stream().map(GoldenPacket::bytes),
                        FuzzCorpus.of("OwnerReaderFuzzer").stream())
                .toList();
        FuzzCorpus.run(corpus, SEED, MUTATIONS, OwnerReaderFuzzer::fuzzerTestOneInput);
    }
}
