// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.KeyPartition;
import java.nio.ByteBuffer;

/** A flow's key as it is kept: its six words, big-endian. */
public final class RecordKey {

    /** Bytes of a key. */
    public static final int BYTES = FlowKey.WORDS * Long.BYTES;

    private RecordKey() {}

    /** The bytes of a key. */
    public static byte[] bytes(FlowKey key) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        for (int word = 0; word < FlowKey.WORDS; word++) {
            bytes.putLong(key.word(word));
        }
        return bytes.array();
    }

    /** The key in {@value #BYTES} bytes. */
    public static FlowKey of(byte[] bytes) {
        return FlowKey.copyOf(words(bytes), 0);
    }

    /** The partition that a key of {@value #BYTES} bytes belongs to, of so many. */
    public static int partition(byte[] bytes, int partitions) {
        return KeyPartition.of(words(bytes), 0, partitions);
    }

    private static long[] words(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key of " + bytes.length + " bytes: expected " + BYTES);
        }
        long[] words = new long[FlowKey.WORDS];
        ByteBuffer.wrap(bytes).asLongBuffer().get(words);
        return words;
    }
}
