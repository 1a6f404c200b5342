// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPath;
import io.sluice.packet.count.PathCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The shards of one node and the rings between them: one for each ordered pair.
 *
 * <pre>
 *   socket of shard 0 ──► whose? ── 0 ──► receiver of shard 0
 *                            └──── 1 ──► ring 0→1 ──► slot of shard 1 ──► receiver of shard 1
 *   socket of shard 1 ──► whose? ── 1 ──► receiver of shard 1
 *                            └──── 0 ──► ring 1→0 ──► slot of shard 0 ──► receiver of shard 0
 * </pre>
 *
 * <p><b>Size</b>: the rings towards one shard hold about {@value #CELLS_PER_SHARD} packets together, each ring at least
 * {@value #CELLS_MIN}: some 10 MB of direct memory a shard.
 *
 * <p><b>Threading</b>: made by any thread before the shards start; each shard then uses its own parts on its own loop.
 * Counts from any thread.
 */
public final class ShardNetwork {

    private static final int CELLS_PER_SHARD = 1_024;
    private static final int CELLS_MIN = 16;

    private final OwnerHash hash;
    private final List<SharedAddress> shared;
    private final List<ShardInbox> inboxes = new ArrayList<>();
    private final List<ShardOutbox> outboxes = new ArrayList<>();

    /**
     * @param hash tells owners; of at least two shards
     * @param shared addresses that the shards share
     * @param packetBytesMax longest packet that is handed over
     */
    public ShardNetwork(OwnerHash hash, List<SharedAddress> shared, int packetBytesMax) {
        if (hash.shards() < 2) {
            throw new IllegalArgumentException("one shard has nobody to hand over to");
        }
        this.hash = hash;
        this.shared = List.copyOf(shared);
        int shards = hash.shards();
        int cells = Math.max(CELLS_MIN, Integer.highestOneBit(CELLS_PER_SHARD / (shards - 1)));
        PacketRing[][] rings = new PacketRing[shards][shards];
        for (int from = 0; from < shards; from++) {
            for (int to = 0; to < shards; to++) {
                rings[from][to] = new PacketRing(from == to ? 1 : cells, from == to ? 1 : packetBytesMax);
            }
        }
        Doorbell[] doorbells = new Doorbell[shards];
        for (int to = 0; to < shards; to++) {
            List<PacketRing> towards = new ArrayList<>();
            for (int from = 0; from < shards; from++) {
                if (from != to) {
                    towards.add(rings[from][to]);
                }
            }
            ShardInbox inbox = new ShardInbox(towards, shared.size());
            inboxes.add(inbox);
            doorbells[to] = inbox.doorbell();
        }
        for (int from = 0; from < shards; from++) {
            outboxes.add(new ShardOutbox(from, rings[from], doorbells));
        }
    }

    /**
     * A shard's path: binds shared addresses together with the other shards and steers what comes there.
     *
     * @param shard which, from 0; the first binds before the others
     * @param beneath the path of its loop
     * @param counters its counters
     */
    public DatagramPath path(int shard, DatagramPath beneath, PathCounters counters) {
        return new ShardDatagramPath(
                beneath, shared, new OwnerReader(hash), inboxes.get(shard), outboxes.get(shard), counters);
    }

    /** Where a shard's packets for others go. */
    public ShardOutbox outbox(int shard) {
        return outboxes.get(shard);
    }

    /**
     * A shard takes from now on what others hand over to it; every shared address of its own is bound. On its loop.
     *
     * @param loop the shard's event loop
     * @param path what {@link #path} made for it
     * @param strays gets stray returns
     * @param counters its counters
     */
    public void open(int shard, Executor loop, DatagramPath path, StrayReceiver strays, PathCounters counters) {
        inboxes.get(shard).open(loop, path, strays, counters, outboxes.get(shard));
    }

    /**
     * Lets the kernel give each datagram to its owner's socket, as far as it can; the rings bring the rest. On the loop of a
     * shard, when all shards have bound all addresses in the order of their numbers.
     *
     * @param shard whose loop it is
     * @return whether the kernel does
     */
    public boolean steerInKernel(int shard) {
        return inboxes.get(shard).steer(SteeringProgram.of(hash));
    }

    /** Stray returns between two shards now: counted as in, neither out nor dropped yet. */
    public long strays() {
        // what is taken is read first: a stray passed on meanwhile is counted once too often rather than never
        long taken = inboxes.stream().mapToLong(ShardInbox::takenStrays).sum();
        return outboxes.stream().mapToLong(ShardOutbox::strays).sum() - taken;
    }

    /** Datagrams handed over to their owner since the start. */
    public long handedOver() {
        return outboxes.stream().mapToLong(ShardOutbox::handedOver).sum();
    }
}
