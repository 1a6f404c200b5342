// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A receiver that copies what comes and gives the slot back. */
final class Collector implements DatagramReceiver {

    /** One datagram. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Arrived(DatagramPort port, byte[] bytes, int sourceAddress, int sourcePort) {}

    final List<Arrived> arrived = new CopyOnWriteArrayList<>();
    final AtomicInteger batches = new AtomicInteger();
    private final PacketSlab slab;
    private volatile Runnable afterwards = () -> {};
    private volatile Runnable atBatchEnd = () -> {};

    Collector(PacketSlab slab) {
        this.slab = slab;
    }

    /** What to do after each datagram from now on: throw, for example. */
    void afterEach(Runnable action) {
        afterwards = action;
    }

    /** What to do at the end of each batch from now on. */
    void atBatchEnd(Runnable action) {
        atBatchEnd = action;
    }

    int count() {
        return arrived.size();
    }

    byte[] last() {
        return arrived.getLast().bytes();
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        byte[] bytes = new byte[lengthBytes];
        slab.memory().get(offset, bytes);
        slab.release(slot);
        arrived.add(new Arrived(port, bytes, sourceAddress, sourcePort));
        afterwards.run();
    }

    @Override
    public void onBatchEnd() {
        batches.incrementAndGet();
        atBatchEnd.run();
    }
}
