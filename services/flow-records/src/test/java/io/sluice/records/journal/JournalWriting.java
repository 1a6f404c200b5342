// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.records.FlowSamples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;

/** A history of groups of changes by seed: the same in the process that writes it and in the test that checks it. */
final class JournalWriting {

    /** The flow that each group writes, so that the last group that is there can be told. */
    static final int COUNTING_FLOW = 0;

    private static final int FLOWS = 2_000;
    private static final int GROUP_MAX = 40;

    private final Random random;
    private final Map<FlowKey, FlowRecord> state = new HashMap<>();
    private int group;

    JournalWriting(long seed) {
        random = new Random(seed);
    }

    /** The next group of changes: some records, or every eighth time some keys to erase. */
    private List<FlowRecord> next() {
        group++;
        List<FlowRecord> flows = new ArrayList<>();
        for (int count = random.nextInt(GROUP_MAX); count >= 0; count--) {
            flows.add(FlowSamples.flow(1 + random.nextInt(FLOWS), group));
        }
        return flows;
    }

    /** Writes the next groups, the counting flow last. */
    CompletionStage<?> write(FlowJournal journal) {
        List<FlowRecord> flows = next();
        if (group % 8 == 0) {
            journal.erase(flows);
            return journal.write(List.of(FlowSamples.flow(COUNTING_FLOW, group)));
        }
        flows.add(FlowSamples.flow(COUNTING_FLOW, group));
        return journal.write(flows);
    }

    /** Does to memory what {@link #write} does to a journal. */
    Map<FlowKey, FlowRecord> remember() {
        List<FlowRecord> flows = next();
        for (FlowRecord each : flows) {
            if (group % 8 == 0) {
                state.remove(each.key());
            } else {
                state.put(each.key(), each);
            }
        }
        FlowRecord counting = FlowSamples.flow(COUNTING_FLOW, group);
        state.put(counting.key(), counting);
        return state;
    }

    /** Does the next group's erasure, which is a change of its own before the one that counts it; nothing where it erases none. */
    Map<FlowKey, FlowRecord> rememberErasure() {
        if ((group + 1) % 8 == 0) {
            next().forEach(each -> state.remove(each.key()));
        }
        return state;
    }

    int group() {
        return group;
    }
}
