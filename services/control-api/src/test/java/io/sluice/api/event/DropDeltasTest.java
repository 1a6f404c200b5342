// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.NodeId;
import io.sluice.model.message.CountersReply;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DropDeltasTest {

    private final DropDeltas deltas = new DropDeltas();

    private Map<String, Long> since(NodeId node, long noTarget, long notSyn) {
        return deltas.since(new CountersReply(
                node, new TreeMap<>(), new TreeMap<>(Map.of("no_target", noTarget, "tcp_not_syn", notSyn))));
    }

    @Test
    void measuresAgainstTheNodesLastWord() {
        assertThat(since(GW_1, 100, 7)).as("the first word").isEmpty();
        assertThat(since(GW_1, 130, 7)).containsExactly(Map.entry("no_target", 30L));
        assertThat(since(GW_1, 130, 7)).isEmpty();
        assertThat(since(GW_1, 131, 9)).containsExactly(Map.entry("no_target", 1L), Map.entry("tcp_not_syn", 2L));
    }

    @Test
    void keepsNodesApart() {
        since(GW_1, 100, 0);
        since(GW_2, 5, 0);
        assertThat(since(GW_2, 8, 0)).containsExactly(Map.entry("no_target", 3L));
    }

    @Test
    void countsFromZeroForANodeThatBeganAgain() {
        since(GW_1, 100, 0);
        assertThat(since(GW_1, 4, 0)).containsExactly(Map.entry("no_target", 4L));
    }

    @Test
    void forgetsWhileNobodyListens() {
        since(GW_1, 100, 0);
        deltas.clear();
        assertThat(since(GW_1, 500, 0)).isEmpty();
    }
}
