// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowCorrectedBatch;
import io.sluice.model.message.FlowOpenBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowCorrectionsTest {

    private static final NodeId SELF = new NodeId("gw-a");

    private final FlowCorrections corrections = new FlowCorrections(SELF);

    private void add(int flows) {
        long[] keys = new long[2 * FlowKey.WORDS];
        for (int flow = 0; flow < flows; flow++) {
            keys[FlowKey.WORDS + 2] = flow;
            corrections.add(keys, FlowKey.WORDS, 1_000 + flow);
        }
    }

    @Test
    void isTakenOnceInBatchesInOrder() {
        add(FlowOpenBatch.FLOWS_MAX + 3);
        List<FlowCorrectedBatch> taken = corrections.take();
        assertThat(taken).hasSize(2);
        assertThat(taken.getFirst().flowCount()).isEqualTo(FlowOpenBatch.FLOWS_MAX);
        FlowCorrectedBatch last = taken.getLast();
        assertThat(last.authority()).isEqualTo(SELF);
        assertThat(last.cookies())
                .containsExactly(
                        1_000 + FlowOpenBatch.FLOWS_MAX,
                        1_001 + FlowOpenBatch.FLOWS_MAX,
                        1_002 + FlowOpenBatch.FLOWS_MAX);
        assertThat(last.keys()[2]).isEqualTo(FlowOpenBatch.FLOWS_MAX);
        assertThat(last.keys()[2 * FlowKey.WORDS + 2]).isEqualTo(FlowOpenBatch.FLOWS_MAX + 2);
        assertThat(corrections.take()).isEmpty();
    }

    @Test
    void hasALimit() {
        add(FlowCorrections.FLOWS_MAX + 10);
        assertThat(corrections.take().stream()
                        .mapToInt(FlowCorrectedBatch::flowCount)
                        .sum())
                .isEqualTo(FlowCorrections.FLOWS_MAX);
    }
}
