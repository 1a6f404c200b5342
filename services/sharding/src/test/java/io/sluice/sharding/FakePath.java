// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A path without a kernel: tests hand datagrams to the receivers that were bound. */
final class FakePath implements DatagramPath {

    record Bound(DatagramPort port, DatagramReceiver receiver, boolean shared) {}

    final List<Bound> bound = new ArrayList<>();
    int flushes;
    private final PacketSlab slab;

    FakePath(PacketSlab slab) {
        this.slab = slab;
    }

    @Override
    public String transport() {
        return "fake";
    }

    @Override
    public PacketSlab slab() {
        return slab;
    }

    @Override
    public CompletionStage<DatagramPort> bind(int address, int port, DatagramReceiver receiver) {
        return add(address, port, receiver, false);
    }

    @Override
    public CompletionStage<DatagramPort> bindShared(int address, int port, DatagramReceiver receiver) {
        return add(address, port, receiver, true);
    }

    private CompletionStage<DatagramPort> add(int address, int port, DatagramReceiver receiver, boolean shared) {
        bound.add(new Bound(new FakePort(address, port), receiver, shared));
        return CompletableFuture.completedStage(bound.getLast().port);
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public List<DatagramPort> ports() {
        return bound.stream().map(Bound::port).toList();
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
