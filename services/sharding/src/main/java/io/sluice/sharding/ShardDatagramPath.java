// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.packet.count.PathCounters;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The datagram path of one shard of several: at the addresses that the shards share it binds with {@code SO_REUSEPORT} and
 * steers what comes; everything else is the path's beneath.
 *
 * <p>Who binds to an address and receives there knows nothing of shards.
 *
 * <p>{@code SO_REUSEPORT} would let a second gateway on the same machine take half of the first one's packets without a
 * word. So the first shard binds once without it, and lets go again: an address in use is refused as by one shard.
 */
final class ShardDatagramPath implements DatagramPath {

    private final DatagramPath beneath;
    private final List<SharedAddress> shared;
    private final OwnerReader owners;
    private final ShardInbox inbox;
    private final ShardOutbox outbox;
    private final PathCounters counters;

    /**
     * @param beneath has the sockets
     * @param shared addresses that the shards share
     * @param owners tells whose a datagram is
     * @param inbox of this shard
     * @param outbox of this shard
     * @param counters of this shard
     */
    ShardDatagramPath(
            DatagramPath beneath,
            List<SharedAddress> shared,
            OwnerReader owners,
            ShardInbox inbox,
            ShardOutbox outbox,
            PathCounters counters) {
        this.beneath = beneath;
        this.shared = List.copyOf(shared);
        this.owners = owners;
        this.inbox = inbox;
        this.outbox = outbox;
        this.counters = counters;
    }

    @Override
    public CompletionStage<DatagramPort> bind(int address, int port, DatagramReceiver receiver) {
        for (int group = 0; group < shared.size(); group++) {
            SharedAddress at = shared.get(group);
            if (at.address().address().bits() == address && at.address().port() == port) {
                IllegalStateException taken = outbox.self() == 0 ? obstacle(address, port) : null;
                return taken == null ? bindGroup(group, receiver) : CompletableFuture.failedFuture(taken);
            }
        }
        return beneath.bind(address, port, receiver);
    }

    private CompletionStage<DatagramPort> bindGroup(int group, DatagramReceiver receiver) {
        SharedAddress at = shared.get(group);
        SteeringReceiver steering = new SteeringReceiver(group, owners, receiver, outbox, slab(), counters, at.place());
        return beneath.bindShared(at.address().address().bits(), at.address().port(), steering)
                .thenApply(bound -> {
                    inbox.bound(group, bound, receiver, at.place());
                    return bound;
                });
    }

    /** Why somebody who shares with nobody could not bind there; null where they could. */
    private static @Nullable IllegalStateException obstacle(int address, int port) {
        try {
            InetAddress local = InetAddress.getByAddress(
                    ByteBuffer.allocate(Integer.BYTES).putInt(address).array());
            try (DatagramSocket probe = new DatagramSocket(null)) {
                probe.setReuseAddress(false);
                probe.bind(new InetSocketAddress(local, port));
                return null;
            } catch (IOException refused) {
                return new IllegalStateException(
                        "cannot bind UDP %s:%d: %s".formatted(local.getHostAddress(), port, refused.getMessage()),
                        refused);
            }
        } catch (IOException impossible) {
            throw new AssertionError("four bytes are an address", impossible);
        }
    }

    @Override
    public String transport() {
        return beneath.transport();
    }

    @Override
    public PacketSlab slab() {
        return beneath.slab();
    }

    @Override
    public CompletionStage<DatagramPort> bindShared(int address, int port, DatagramReceiver receiver) {
        return beneath.bindShared(address, port, receiver);
    }

    @Override
    public void flush() {
        beneath.flush();
    }

    @Override
    public List<DatagramPort> ports() {
        return beneath.ports();
    }

    @Override
    public int inFlight() {
        return beneath.inFlight();
    }

    @Override
    public CompletionStage<Void> close() {
        inbox.close();
        return beneath.close();
    }
}
