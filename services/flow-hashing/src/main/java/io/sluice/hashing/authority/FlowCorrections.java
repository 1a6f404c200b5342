// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowCorrectedBatch;
import io.sluice.model.message.FlowOpenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers flows whose records somebody knows otherwise, until they are told to the ingresses.
 *
 * <p><b>Threading</b>: confined to the authority's event loop. <b>Limits</b>: {@value #FLOWS_MAX} flows between two
 * {@linkplain #take takings}; one beyond is told when it is refreshed the next time.
 */
public final class FlowCorrections {

    static final int FLOWS_MAX = 1 << 16;

    private final NodeId self;
    private long[] keys = new long[FlowKey.WORDS];
    private int[] cookies = new int[1];
    private int count;

    /** @param self the authority's node */
    public FlowCorrections(NodeId self) {
        this.self = self;
    }

    /** A flow of a key has this cookie. */
    public void add(long[] key, int firstWord, int cookie) {
        if (count == FLOWS_MAX) {
            return;
        }
        if (count == cookies.length) {
            keys = Arrays.copyOf(keys, 2 * keys.length);
            cookies = Arrays.copyOf(cookies, 2 * cookies.length);
        }
        System.arraycopy(key, firstWord, keys, count * FlowKey.WORDS, FlowKey.WORDS);
        cookies[count++] = cookie;
    }

    /** What has gathered since the last time, in batches of at most {@link FlowOpenBatch#FLOWS_MAX}. */
    public List<FlowCorrectedBatch> take() {
        if (count == 0) {
            return List.of();
        }
        List<FlowCorrectedBatch> taken = new ArrayList<>();
        for (int from = 0; from < count; from += FlowOpenBatch.FLOWS_MAX) {
            int end = Math.min(count, from + FlowOpenBatch.FLOWS_MAX);
            taken.add(new FlowCorrectedBatch(
                    self,
                    Arrays.copyOfRange(keys, from * FlowKey.WORDS, end * FlowKey.WORDS),
                    Arrays.copyOfRange(cookies, from, end)));
        }
        keys = new long[FlowKey.WORDS];
        cookies = new int[1];
        count = 0;
        return taken;
    }
}
