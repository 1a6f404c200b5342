// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;

/**
 * Memory for records of {@value #WORDS} longs, each under the key of its flow; what a record says is for others. A slot is a
 * number from 0 on, the same until it is freed.
 *
 * <p><b>Layout</b>: in words 0 to 5 the key, as in {@link FlowKey}; word 5 is 0 in a free slot. In the lower half of word {@value
 * #LINK} the next slot of the key's bucket, or the next free one, + 1. All else is the user's.
 *
 * <p>Memory is taken {@value #CHUNK_SLOTS} slots at a time and kept. <b>Threading</b>: one thread at a time. <b>Allocation</b>: a
 * chunk at a time. <b>Complexity</b>: constant, as keys are hashed with a secret.
 */
final class RecordSlots {

    /** No slot. */
    static final int NONE = -1;

    static final int WORDS = 12;
    static final int LINK = 10;
    static final long LOW_HALF = 0xFFFF_FFFFL;

    private static final int HALF = 32;
    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK_SLOTS = 1 << CHUNK_SHIFT;

    private final FlowHasher hasher;
    private final int[] buckets;
    private final long[][] chunks;
    private int made;
    private int firstFree = NONE;
    private int count;

    /**
     * @param slotsMax slots there are at most
     * @param hasher seeded with a secret, so that nobody can choose tuples that collide
     */
    RecordSlots(int slotsMax, FlowHasher hasher) {
        this.hasher = hasher;
        buckets = new int[Integer.highestOneBit(Math.max(2, slotsMax) - 1) << 1];
        chunks = new long[(slotsMax + CHUNK_SLOTS - 1) >> CHUNK_SHIFT][];
    }

    private long[] chunk(int slot) {
        return chunks[slot >> CHUNK_SHIFT];
    }

    private static int firstWord(int slot) {
        return (slot & (CHUNK_SLOTS - 1)) * WORDS;
    }

    long word(int slot, int word) {
        return chunk(slot)[firstWord(slot) + word];
    }

    void word(int slot, int word, long value) {
        chunk(slot)[firstWord(slot) + word] = value;
    }

    /** Writes the lower half of a word. */
    void low(int slot, int word, int value) {
        word(slot, word, (word(slot, word) & ~LOW_HALF) | (value & LOW_HALF));
    }

    /** Where a key is to be looked for. */
    int bucket(long[] keys, int firstWord) {
        long hash = hasher.hash(keys, firstWord);
        return (int) (hash ^ hash >>> HALF) & (buckets.length - 1);
    }

    /** The slot of a key, or {@link #NONE}. */
    int find(int bucket, long[] keys, int firstWord) {
        for (int slot = buckets[bucket] - 1; slot != NONE; slot = (int) word(slot, LINK) - 1) {
            if (FlowKey.equal(chunk(slot), firstWord(slot), keys, firstWord)) {
                return slot;
            }
        }
        return NONE;
    }

    /** A slot for a key that has none; there must be room. But for the key, its words are as they were left. */
    int take(int bucket, long[] keys, int firstWord) {
        int slot = free();
        System.arraycopy(keys, firstWord, chunk(slot), firstWord(slot), FlowKey.WORDS);
        low(slot, LINK, buckets[bucket]);
        buckets[bucket] = slot + 1;
        count++;
        return slot;
    }

    private int free() {
        int slot = firstFree;
        if (slot != NONE) {
            firstFree = (int) word(slot, LINK) - 1;
            return slot;
        }
        slot = made++;
        if (chunk(slot) == null) {
            chunks[slot >> CHUNK_SHIFT] = new long[CHUNK_SLOTS * WORDS];
        }
        return slot;
    }

    /** Gives a slot back. */
    void release(int slot) {
        unlink(slot);
        word(slot, FlowKey.TRAITS_WORD, 0);
        low(slot, LINK, firstFree + 1);
        firstFree = slot;
        count--;
    }

    private void unlink(int slot) {
        int bucket = bucket(chunk(slot), firstWord(slot));
        int next = (int) word(slot, LINK);
        if (buckets[bucket] == slot + 1) {
            buckets[bucket] = next;
            return;
        }
        int before = buckets[bucket] - 1;
        while ((int) word(before, LINK) != slot + 1) {
            before = (int) word(before, LINK) - 1;
        }
        low(before, LINK, next);
    }

    /** Whether a slot has a key. */
    boolean taken(int slot) {
        return word(slot, FlowKey.TRAITS_WORD) != 0;
    }

    /** Whether a slot has a key for which that holds. */
    boolean taken(int slot, KeyTest test) {
        return taken(slot) && test.test(chunk(slot), firstWord(slot));
    }

    FlowKey key(int slot) {
        return FlowKey.copyOf(chunk(slot), firstWord(slot));
    }

    /** Slots that have a key. */
    int count() {
        return count;
    }

    /** Slots that have or had one: all numbers are less. */
    int made() {
        return made;
    }
}
