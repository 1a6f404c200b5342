// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;
import io.sluice.packet.InnerPacket;

/**
 * Remembers the ports of first fragments, so that later fragments go where the first went (F-23).
 *
 * <p><b>Layout</b>: open addressing in one array, {@link #WORDS} longs (one cache line) a slot:
 *
 * <pre>
 *  0  endpoint id
 *  1  source address, bits 127..64        2  bits 63..0
 *  3  destination address, bits 127..64   4  bits 63..0
 *  5  identification (32) | protocol all fragments agree on (16) | IP version (16), 0 in a free slot
 *  6  when the first fragment came, ms
 *  7  source port (16) | destination port (16), in the low half
 * </pre>
 *
 * <p>An entry lies in one of the {@link #PROBES} slots from its hash on; every look-up and insertion reads all of those
 * and frees what is over, so nothing is ever moved and no marks stay. An insertion that finds them all in use displaces
 * the oldest of its own endpoint, or the oldest of all where the endpoint has none there: the later fragments of that one
 * then fall back to the 3-tuple. So an endpoint that floods the map displaces itself.
 *
 * <p><b>Time</b>: an entry holds for {@link #HOLD_MS} from its first fragment on; later fragments do not prolong it. A
 * second first fragment with the same identification (a retransmission, or the identification come round) takes its
 * place. <b>Security</b>: the hash is seeded with a secret, so that a sender cannot aim at another's slots.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none after construction.
 * <b>Complexity</b>: at most {@link #PROBES} slots a call.
 */
final class FragmentMap {

    /** Longest time from a first fragment to a later one (F-23). */
    static final long HOLD_MS = 30_000;

    /** Slots that an entry can lie in. */
    static final int PROBES = 8;

    private static final int WORDS = 8;
    private static final int TAG_WORD = 5;
    private static final int SEEN_WORD = 6;
    private static final int PORTS_WORD = 7;
    private static final int CAPACITY_MAX = 1 << 24;
    private static final int NONE = -1;

    private final FlowHasher hasher;
    private final int slotMask;
    private final long[] slots;
    private final long[] key = new long[FlowKey.WORDS];
    private int size;
    private int ports;

    /**
     * @param capacity most entries at once, rounded up to a power of two, {@value #PROBES} at least
     * @param hasher a hash under a secret seed of this process
     */
    FragmentMap(int capacity, FlowHasher hasher) {
        if (capacity < 1 || capacity > CAPACITY_MAX) {
            throw new IllegalArgumentException("fragment map of " + capacity + " entries");
        }
        this.hasher = hasher;
        int slotCount = PROBES;
        while (slotCount < capacity) {
            slotCount <<= 1;
        }
        slotMask = slotCount - 1;
        slots = new long[slotCount * WORDS];
    }

    /**
     * Remembers the ports of a first fragment; does nothing with any other packet.
     *
     * @param endpointId the endpoint it belongs to
     * @param inner a packet that was parsed without error
     * @param nowMs time of the batch
     */
    void first(long endpointId, InnerPacket inner, long nowMs) {
        if (!inner.firstFragment()) {
            return;
        }
        int slot = probe(endpointId, inner, nowMs);
        if (slot == NONE) {
            slot = place(nowMs);
            System.arraycopy(key, 0, slots, slot, FlowKey.WORDS);
        }
        slots[slot + SEEN_WORD] = nowMs;
        slots[slot + PORTS_WORD] = (long) inner.sourcePort() << 16 | inner.destinationPort();
    }

    /**
     * Looks up the ports of a fragment's first; {@link #sourcePort} and {@link #destinationPort} hold them if it is known.
     *
     * @param endpointId the endpoint it belongs to
     * @param inner a packet that was parsed without error
     * @param nowMs time of the batch
     * @return whether the first fragment came and is remembered; false for a packet that is no fragment
     */
    boolean find(long endpointId, InnerPacket inner, long nowMs) {
        int slot = inner.isFragment() ? probe(endpointId, inner, nowMs) : NONE;
        if (slot == NONE) {
            return false;
        }
        ports = (int) slots[slot + PORTS_WORD];
        return true;
    }

    /** Source port that the last {@link #find} found. */
    int sourcePort() {
        return ports >>> 16;
    }

    /** Destination port that the last {@link #find} found. */
    int destinationPort() {
        return ports & 0xFFFF;
    }

    /** Slots in use; entries whose time is over count until a call meets them. */
    int size() {
        return size;
    }

    /** Fills the key and answers the first word of its slot or {@link #NONE}; frees slots on the way that are over. */
    private int probe(long endpointId, InnerPacket inner, long nowMs) {
        key[0] = endpointId;
        key[1] = inner.sourceHigh();
        key[2] = inner.sourceLow();
        key[3] = inner.destinationHigh();
        key[4] = inner.destinationLow();
        key[TAG_WORD] =
                (long) inner.fragmentIdentification() << 32 | (long) inner.fragmentProtocol() << 16 | inner.ipVersion();
        int home = home();
        int found = NONE;
        for (int probe = 0; probe < PROBES; probe++) {
            int slot = ((home + probe) & slotMask) * WORDS;
            if (slots[slot + TAG_WORD] == 0) {
                continue;
            }
            if (nowMs - slots[slot + SEEN_WORD] >= HOLD_MS) {
                slots[slot + TAG_WORD] = 0;
                size--;
            } else if (FlowKey.equal(slots, slot, key, 0)) {
                found = slot;
            }
        }
        return found;
    }

    /** The first word of a slot for the key: a free one, else the oldest, its own endpoint's first. After {@link #probe}. */
    private int place(long nowMs) {
        int home = home();
        int oldest = home * WORDS;
        long oldestAgeMs = -1;
        boolean own = false;
        for (int probe = 0; probe < PROBES; probe++) {
            int slot = ((home + probe) & slotMask) * WORDS;
            if (slots[slot + TAG_WORD] == 0) {
                size++;
                return slot;
            }
            boolean same = slots[slot] == key[0];
            long ageMs = nowMs - slots[slot + SEEN_WORD];
            if (same == own ? ageMs > oldestAgeMs : same) {
                own = same;
                oldestAgeMs = ageMs;
                oldest = slot;
            }
        }
        return oldest;
    }

    private int home() {
        long hash = hasher.hash(key, 0);
        return (int) (hash ^ hash >>> 32) & slotMask;
    }
}
