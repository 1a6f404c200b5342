// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowOpenBatch;
import java.util.Arrays;

/**
 * Gathers the flows that the authority is to be asked for, and asks for all of them in one message.
 *
 * <p>Each goes with a ticket, by which the answer names it: generation (32 bits) | zero (8) | place in the pool (24). One
 * that comes too late names a place that has been given anew, and no flow.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Limits</b>: {@link FlowOpenBatch#FLOWS_MAX} flows a message;
 * one more sends those before it. <b>Allocation</b>: one message a batch.
 */
final class FlowQuestions {

    private static final int BATCH_MAX = FlowOpenBatch.FLOWS_MAX;
    private static final int PLACE_MASK = 0xFF_FFFF;

    private final PendingFlows pending;
    private final FlowSetup setup;
    private final NodeId self;
    private final long[] keys = new long[BATCH_MAX * FlowKey.WORDS];
    private final byte[] intents = new byte[BATCH_MAX];
    private final int[] cookies = new int[BATCH_MAX];
    private final long[] tickets = new long[BATCH_MAX];
    private int count;

    /**
     * @param pending the flows
     * @param setup the way to the authority
     * @param self who asks
     */
    FlowQuestions(PendingFlows pending, FlowSetup setup, NodeId self) {
        this.pending = pending;
        this.setup = setup;
        this.self = self;
    }

    /** Adds a flow that waits. */
    void add(int flow) {
        if (count == BATCH_MAX) {
            ask();
        }
        pending.copyKey(flow, keys, count * FlowKey.WORDS);
        intents[count] = pending.intent(flow);
        cookies[count] = pending.cookie(flow);
        tickets[count] = (long) pending.generation(flow) << 32 | flow;
        count++;
    }

    /** Asks for those that have gathered, if any. */
    void ask() {
        if (count == 0) {
            return;
        }
        int asked = count;
        count = 0;
        setup.open(
                new FlowOpenBatch(
                        self,
                        Arrays.copyOf(keys, asked * FlowKey.WORDS),
                        Arrays.copyOf(intents, asked),
                        Arrays.copyOf(cookies, asked),
                        true),
                Arrays.copyOf(tickets, asked));
    }

    /** The flow that a ticket names, or {@link PendingFlows#NONE} where it waits no more. */
    int flowOf(long ticket) {
        int flow = (int) ticket & PLACE_MASK;
        return pending.generation(flow) == (int) (ticket >>> 32) ? flow : PendingFlows.NONE;
    }
}
