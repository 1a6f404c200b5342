// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.CountersReply;
import java.util.SortedMap;
import java.util.TreeMap;

/** Node, packets by place, drops by reason; names ascending. */
final class CountersReplyCodec extends WireCodec<CountersReply> {

    private static final int VERSION = 1;

    private static final int ENTRY_BYTES_MIN = Short.BYTES + Long.BYTES;

    CountersReplyCodec() {
        super(CountersReply.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, CountersReply message) {
        NodeIdCodec.write(writer, "node", message.node());
        writeCounts(writer, "packets", message.packets());
        writeCounts(writer, "drops", message.drops());
    }

    @Override
    CountersReply readFields(WireReader reader, int foundVersion) {
        return new CountersReply(
                NodeIdCodec.read(reader, "node"), readCounts(reader, "packets"), readCounts(reader, "drops"));
    }

    private static void writeCounts(WireWriter writer, String field, SortedMap<String, Long> counts) {
        writer.count(field, counts.size(), WireLimits.COUNTERS_MAX);
        counts.forEach((name, count) -> {
            writer.text(field, name, WireLimits.WORD_BYTES_MAX);
            writer.i64(count);
        });
    }

    private static SortedMap<String, Long> readCounts(WireReader reader, String field) {
        int entries = reader.count(field, WireLimits.COUNTERS_MAX, ENTRY_BYTES_MIN);
        SortedMap<String, Long> counts = new TreeMap<>();
        for (int index = 0; index < entries; index++) {
            String name = reader.text(field, WireLimits.WORD_BYTES_MAX);
            if (!counts.isEmpty() && counts.lastKey().compareTo(name) >= 0) {
                throw reader.wrong("'" + name + "' after '" + counts.lastKey() + "': expected ascending names");
            }
            counts.put(name, reader.i64(field));
        }
        return counts;
    }
}
