// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.map.EntryProcessor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import io.sluice.records.RecordKey;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Erases entries of one partition, at its owner and at its backup, where they are of flows that ended: what is there must not
 * be younger than what is remembered of the end. Another may own the partition by now, and have opened the tuple's next flow.
 *
 * <p>Whether a record is provisional counts not: that says which of two is right, not which is later. What cannot be read stays.
 *
 * <p><b>Threading</b>: one thread at a time.
 */
final class Erase implements EntryProcessor<byte[], byte[], Void> {

    private static final long serialVersionUID = 2L;

    /** Of each flow its key, then these. */
    private static final int CREATED = FlowKey.WORDS;

    private static final int MOVES = CREATED + 1;
    private static final int SEEN = MOVES + 1;
    private static final int WORDS = SEEN + 1;

    private final long[] ended;

    /** Where each flow is in {@link #ended}; null until it is asked. */
    private transient @Nullable Map<FlowKey, Integer> places;

    /** @param flows that ended, as they were remembered last */
    Erase(List<FlowRecord> flows) {
        ended = new long[flows.size() * WORDS];
        int at = 0;
        for (FlowRecord flow : flows) {
            flow.key().copyTo(ended, at);
            ended[at + CREATED] = flow.createdAtMs();
            ended[at + MOVES] = flow.moves();
            ended[at + SEEN] = flow.lastSeenMs();
            at += WORDS;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // null is how an entry processor erases
    public @Nullable Void process(Map.Entry<byte[], byte[]> entry) {
        byte[] kept = entry.getValue();
        if (kept != null && isOver(RecordKey.of(entry.getKey()), kept)) {
            entry.setValue(null);
        }
        return null;
    }

    private boolean isOver(FlowKey key, byte[] kept) {
        Integer at = places().get(key);
        if (at == null) {
            return false;
        }
        try {
            FlowRecord flow = WireCodecs.FLOW_RECORD.decode(ByteBuffer.wrap(kept));
            if (flow.createdAtMs() != ended[at + CREATED]) {
                return flow.createdAtMs() < ended[at + CREATED];
            }
            return flow.moves() != ended[at + MOVES]
                    ? flow.moves() < ended[at + MOVES]
                    : flow.lastSeenMs() <= ended[at + SEEN];
        } catch (WireFormatException notOurs) {
            return false;
        }
    }

    private Map<FlowKey, Integer> places() {
        Map<FlowKey, Integer> known = places;
        if (known == null) {
            known = new HashMap<>(2 * ended.length / WORDS);
            for (int at = 0; at < ended.length; at += WORDS) {
                known.put(FlowKey.copyOf(ended, at), at);
            }
            places = known;
        }
        return known;
    }
}
