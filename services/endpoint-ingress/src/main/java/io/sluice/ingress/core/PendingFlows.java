// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.flow.FlowKey;
import java.util.Arrays;

/**
 * Flows that wait for the authority's answer, with the packets held for them. Allocates nothing after construction.
 *
 * <p><b>Layout</b>: flows live in a fixed pool, found by chained buckets; held packets are linked lists through arrays
 * indexed by the packet's slot, so that holding a packet writes a few ints. Order within a flow is kept.
 *
 * <p><b>Limits</b>: {@code flowsMax} flows, {@code packetsMax} packets in all, {@code packetsPerFlowMax} packets a flow.
 * A flow that is full gives up its oldest packet for a newer one.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class PendingFlows {

    static final int NONE = -1;

    private final int packetsMax;
    private final int packetsPerFlowMax;
    private final int bucketMask;
    private final int[] buckets;
    /** By flow: next in bucket, or next free. */
    private final int[] nextFlow;

    private final long[] keys;
    private final long[] hashes;
    private final int[] generations;
    private final int[] firstPacket;
    private final int[] lastPacket;
    private final int[] packetCounts;
    private final boolean[] initiatorIsLower;
    private final byte[] intents;
    private final long[] askedSinceMs;
    private final boolean[] waiting;
    private final boolean[] opensTcp;
    private final int[] cookies;
    /** By slot. */
    private final int[] nextPacket;

    private final int[] innerOffsets;
    private final int[] innerLengths;
    private final long[] traits;
    private int freeFlow;
    private int flowCount;
    private int packetCount;
    private int waitingCount;

    PendingFlows(int flowsMax, int slotCount, int packetsMax, int packetsPerFlowMax) {
        this.packetsMax = packetsMax;
        this.packetsPerFlowMax = packetsPerFlowMax;
        int size = Integer.highestOneBit(Math.max(2, flowsMax)) * 2;
        bucketMask = size - 1;
        buckets = new int[size];
        Arrays.fill(buckets, NONE);
        nextFlow = new int[flowsMax];
        for (int i = 0; i < flowsMax; i++) {
            nextFlow[i] = i + 1 < flowsMax ? i + 1 : NONE;
        }
        keys = new long[flowsMax * FlowKey.WORDS];
        hashes = new long[flowsMax];
        generations = new int[flowsMax];
        firstPacket = new int[flowsMax];
        lastPacket = new int[flowsMax];
        packetCounts = new int[flowsMax];
        initiatorIsLower = new boolean[flowsMax];
        intents = new byte[flowsMax];
        askedSinceMs = new long[flowsMax];
        waiting = new boolean[flowsMax];
        opensTcp = new boolean[flowsMax];
        cookies = new int[flowsMax];
        nextPacket = new int[slotCount];
        innerOffsets = new int[slotCount];
        innerLengths = new int[slotCount];
        traits = new long[slotCount];
    }

    /** The pending flow of a key, or {@link #NONE}. */
    int find(long[] key, long hash) {
        for (int flow = buckets[bucket(hash)]; flow != NONE; flow = nextFlow[flow]) {
            if (hashes[flow] == hash && FlowKey.equal(keys, flow * FlowKey.WORDS, key, 0)) {
                return flow;
            }
        }
        return NONE;
    }

    /**
     * Opens a pending flow, or answers {@link #NONE} when there is no room.
     *
     * @param intent of {@link io.sluice.model.message.FlowOpenBatch}
     * @param opening whether its first packet asks for a TCP connection
     * @param cookie cookie of the flow that is to move, or that has just ended; 0 where there was none
     * @param nowMs the table's clock
     */
    int open(long[] key, long hash, boolean fromLower, byte intent, boolean opening, int cookie, long nowMs) {
        if (freeFlow == NONE) {
            return NONE;
        }
        int flow = freeFlow;
        freeFlow = nextFlow[flow];
        System.arraycopy(key, 0, keys, flow * FlowKey.WORDS, FlowKey.WORDS);
        hashes[flow] = hash;
        firstPacket[flow] = NONE;
        lastPacket[flow] = NONE;
        packetCounts[flow] = 0;
        initiatorIsLower[flow] = fromLower;
        intents[flow] = intent;
        askedSinceMs[flow] = nowMs;
        waiting[flow] = false;
        opensTcp[flow] = opening;
        cookies[flow] = cookie;
        nextFlow[flow] = buckets[bucket(hash)];
        buckets[bucket(hash)] = flow;
        flowCount++;
        return flow;
    }

    /** Whether another packet can be held without giving one up. */
    boolean roomForPacket(int flow) {
        return packetCount < packetsMax && packetCounts[flow] < packetsPerFlowMax;
    }

    /** Holds a packet behind those the flow holds already. Needs {@link #roomForPacket}. */
    void hold(int flow, EndpointPacket packet) {
        int slot = packet.slot;
        nextPacket[slot] = NONE;
        innerOffsets[slot] = packet.innerOffset;
        innerLengths[slot] = packet.innerLengthBytes;
        traits[slot] = packet.traits();
        if (firstPacket[flow] == NONE) {
            firstPacket[flow] = slot;
        } else {
            nextPacket[lastPacket[flow]] = slot;
        }
        lastPacket[flow] = slot;
        packetCounts[flow]++;
        packetCount++;
    }

    /** Takes the flow's oldest packet out: its slot, or {@link #NONE} when it holds none. */
    int takeOldest(int flow) {
        int slot = firstPacket[flow];
        if (slot != NONE) {
            firstPacket[flow] = nextPacket[slot];
            packetCounts[flow]--;
            packetCount--;
        }
        return slot;
    }

    /** Forgets a flow that holds no packet any more. */
    void close(int flow) {
        int bucket = bucket(hashes[flow]);
        int previous = NONE;
        for (int at = buckets[bucket]; at != flow; at = nextFlow[at]) {
            previous = at;
        }
        if (previous == NONE) {
            buckets[bucket] = nextFlow[flow];
        } else {
            nextFlow[previous] = nextFlow[flow];
        }
        waiting(flow, false);
        nextFlow[flow] = freeFlow;
        freeFlow = flow;
        generations[flow]++;
        flowCount--;
    }

    private int bucket(long hash) {
        return (int) (hash ^ hash >>> 32) & bucketMask;
    }

    void copyKey(int flow, long[] into, int firstWord) {
        System.arraycopy(keys, flow * FlowKey.WORDS, into, firstWord, FlowKey.WORDS);
    }

    long hash(int flow) {
        return hashes[flow];
    }

    /** Changes each time the pool place is given to another flow: an answer for an older generation is stale. */
    int generation(int flow) {
        return generations[flow];
    }

    boolean initiatorIsLower(int flow) {
        return initiatorIsLower[flow];
    }

    /** What the flow's packets want: an intent of {@link io.sluice.model.message.FlowOpenBatch}. */
    byte intent(int flow) {
        return intents[flow];
    }

    /** When the flow began to wait, by the table's clock. */
    long askedSinceMs(int flow) {
        return askedSinceMs[flow];
    }

    /** Whether the flow is to be asked for again. */
    boolean waiting(int flow) {
        return waiting[flow];
    }

    /** Notes that the flow is to be asked for again, or that it has been. */
    void waiting(int flow, boolean asksAgain) {
        waitingCount += (asksAgain ? 1 : 0) - (waiting[flow] ? 1 : 0);
        waiting[flow] = asksAgain;
    }

    /** Flows that are to be asked for again. */
    int waitingCount() {
        return waitingCount;
    }

    /** Places in the pool. */
    int capacity() {
        return intents.length;
    }

    /** Whether the flow's first packet asks for a TCP connection. */
    boolean opensTcp(int flow) {
        return opensTcp[flow];
    }

    /** Cookie of the flow that is to move, or of the flow of the same key that ended just before; 0 for none. */
    int cookie(int flow) {
        return cookies[flow];
    }

    /** Fills in what is known of a packet that was held, by its slot. */
    void load(int slot, EndpointPacket packet) {
        packet.of(slot, innerOffsets[slot], innerLengths[slot], traits[slot]);
    }

    int flowCount() {
        return flowCount;
    }

    int packetCount() {
        return packetCount;
    }

    /** The first flow of the pool that is pending, for draining at the end; {@link #NONE} when none is. */
    int any() {
        for (int bucket : buckets) {
            if (bucket != NONE) {
                return bucket;
            }
        }
        return NONE;
    }
}
