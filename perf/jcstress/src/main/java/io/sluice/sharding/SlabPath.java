// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A path of slots alone: nothing is bound, nothing is sent. */
record SlabPath(PacketSlab slab) implements DatagramPath {

    @Override
    public String transport() {
        return "none";
    }

    @Override
    public CompletionStage<DatagramPort> bind(int address, int port, DatagramReceiver receiver) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<DatagramPort> bindShared(int address, int port, DatagramReceiver receiver) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void flush() {}

    @Override
    public List<DatagramPort> ports() {
        return List.of();
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedStage(null);
    }
}
