// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.PacketSlab;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.count.PathCounters;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Two shards of which the first passes strays to the second, which has no slot for them and so counts them and no more.
 */
final class StrayPair {

    private static final PacketSlab FULL = new PacketSlab(1, 2, 1);
    private static final StrayReceiver NOBODY =
            (slot, offset, lengthBytes, type, endpoint, cookie, source, verdict, left, trail) -> {};

    static {
        FULL.acquire();
    }

    final WaitingTask loop = new WaitingTask();
    final ShardInbox inbox;
    private final ShardOutbox outbox;
    private final ByteBuffer bytes = ByteBuffer.allocate(1);

    StrayPair() {
        PacketRing there = new PacketRing(4, 1);
        PacketRing[] rings = {there, there};
        inbox = new ShardInbox(List.of(there), 0);
        Doorbell[] doorbells = {inbox.doorbell(), inbox.doorbell()};
        outbox = new ShardOutbox(0, rings, doorbells);
        inbox.open(loop, new SlabPath(FULL), NOBODY, new PathCounters(), new ShardOutbox(1, rings, doorbells));
    }

    /** By the first shard: a batch of one stray. */
    void pass() {
        outbox.pass(bytes, 0, 1, 0, 0, 0, 0, DropReason.RETURN_FLOW_UNKNOWN, 1, 0);
        outbox.endBatch();
    }

    /** By any thread: strays between the two, counted as {@link ShardNetwork#strays} does. */
    long between() {
        long taken = inbox.takenStrays();
        return outbox.strays() - taken;
    }
}
