// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers an answer flow by flow; names each target once. */
final class FlowAnswers {

    private final List<TargetRef> targets = new ArrayList<>();
    private final Map<TargetRef, Integer> positions = new HashMap<>();
    private final int[] outcomes;
    private final int[] cookies;
    private final long[] createdAtMs;

    FlowAnswers(int flows) {
        outcomes = new int[flows];
        cookies = new int[flows];
        createdAtMs = new long[flows];
    }

    void add(int flow, FlowRecords.Entry entry) {
        outcomes[flow] = positions.computeIfAbsent(entry.target(), target -> {
            targets.add(target);
            return targets.size() - 1;
        });
        cookies[flow] = entry.cookie();
        createdAtMs[flow] = entry.createdAtMs();
    }

    void refuse(int flow, int outcome) {
        outcomes[flow] = outcome;
    }

    FlowOpenedBatch batch() {
        return new FlowOpenedBatch(targets, outcomes, cookies, createdAtMs);
    }
}
