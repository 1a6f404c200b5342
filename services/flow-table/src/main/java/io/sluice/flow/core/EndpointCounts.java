// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

/**
 * How many flows each endpoint has, and the first of its {@link EmbryonicFlows}: a bounded open-addressing map from
 * endpoint id to a count above 0 and a node.
 *
 * <p><b>Threading.</b> Confined to its table's event loop. <b>Complexity.</b> Linear probing at a load of at most 1/2,
 * deletion by backward shift, no tombstones. Endpoint ids come from the configuration, so nobody outside picks them to
 * collide.
 */
final class EndpointCounts {

    private final long[] ids;
    private final int[] counts;
    private final int[] firstNodes;
    private final int mask;
    private final int endpointsMax;
    private int endpoints;

    EndpointCounts(int endpointsMax) {
        int slots = Integer.highestOneBit(endpointsMax * 2 - 1) << 1;
        this.ids = new long[slots];
        this.counts = new int[slots];
        this.firstNodes = new int[slots];
        this.mask = slots - 1;
        this.endpointsMax = endpointsMax;
    }

    /** Flows of an endpoint, 0 where it has none. */
    int count(long endpointId) {
        return counts[slotOf(endpointId)];
    }

    /** Whether one more flow of this endpoint can be counted: it has some already, or a further endpoint fits. */
    boolean hasRoomFor(long endpointId) {
        return endpoints < endpointsMax || count(endpointId) > 0;
    }

    /** Counts one flow more; only where {@link #hasRoomFor}. */
    void increment(long endpointId) {
        int slot = slotOf(endpointId);
        if (counts[slot]++ == 0) {
            ids[slot] = endpointId;
            firstNodes[slot] = EmbryonicFlows.NONE;
            endpoints++;
        }
    }

    /** First node of the endpoint's one-way flows, {@link EmbryonicFlows#NONE} where it has none. */
    int firstNode(long endpointId) {
        int slot = slotOf(endpointId);
        return counts[slot] == 0 ? EmbryonicFlows.NONE : firstNodes[slot];
    }

    /** Notes the first node of the one-way flows of an endpoint that has flows. */
    void firstNode(long endpointId, int node) {
        firstNodes[slotOf(endpointId)] = node;
    }

    /** Counts one flow less; only for an endpoint that has some. */
    void decrement(long endpointId) {
        int slot = slotOf(endpointId);
        if (--counts[slot] == 0) {
            endpoints--;
            closeGap(slot);
        }
    }

    /** Endpoints with at least one flow. */
    int endpoints() {
        return endpoints;
    }

    private int slotOf(long endpointId) {
        int slot = home(endpointId);
        while (counts[slot] != 0 && ids[slot] != endpointId) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Moves back every later entry of the run whose home is not after the gap. */
    private void closeGap(int emptied) {
        int gap = emptied;
        int slot = (gap + 1) & mask;
        while (counts[slot] != 0) {
            int fromHome = (slot - home(ids[slot])) & mask;
            if (fromHome >= ((slot - gap) & mask)) {
                ids[gap] = ids[slot];
                counts[gap] = counts[slot];
                firstNodes[gap] = firstNodes[slot];
                counts[slot] = 0;
                gap = slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    private int home(long endpointId) {
        long mixed = endpointId * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & mask;
    }
}
