// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;

/** The six words of one key. Batches carry keys as plain words: whoever looks them up judges them. */
final class FlowKeyCodec {

    static final int BYTES = FlowKey.WORDS * Long.BYTES;

    private FlowKeyCodec() {}

    static void write(WireWriter writer, FlowKey key) {
        for (int index = 0; index < FlowKey.WORDS; index++) {
            writer.i64(key.word(index));
        }
    }

    /** Refuses what could not be printed: an unknown stickiness kind or IP version. */
    static FlowKey read(WireReader reader) {
        long[] words = reader.longs("key", FlowKey.WORDS);
        long traits = words[FlowKey.TRAITS_WORD];
        Stickiness.ofCode(FlowKey.kindCode(traits));
        int ipVersion = FlowKey.ipVersion(traits);
        if (ipVersion != 4 && ipVersion != 6) {
            throw reader.wrong("IP version " + ipVersion + ": expected 4 or 6");
        }
        return FlowKey.copyOf(words, 0);
    }
}
