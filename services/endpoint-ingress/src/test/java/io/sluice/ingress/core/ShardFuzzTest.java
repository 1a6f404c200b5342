// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.FuzzCorpus;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The fuzz targets of the shard on every build: the committed corpus, then seeded mutations of it. */
class ShardFuzzTest {

    private static final long SEED = 0x5EED_0010L;
    private static final int MUTATIONS = 3_000;

    @Test
    void endpointSideHoldsForCorpusAndMutations() {
        run("EndpointDatagramFuzzer", EndpointDatagramFuzzer::fuzzerTestOneInput);
    }

    @Test
    void targetSideHoldsForCorpusAndMutations() {
        run("TargetDatagramFuzzer", TargetDatagramFuzzer::fuzzerTestOneInput);
    }

    private static void run(String target, Consumer<byte[]> consumer) {
        List<byte[]> corpus = FuzzCorpus.of(target);
        assertThat(corpus).isNotEmpty();
        FuzzCorpus.run(corpus, SEED, MUTATIONS, consumer);
    }
}
