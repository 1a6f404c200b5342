// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.PacketSlab;
import java.util.ArrayList;
import java.util.List;

/** A socket that keeps what is sent, in place of the kernel. */
public final class RecordingPort implements DatagramPort {

    /** One datagram as it was sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Sent(byte[] payload, int address, int port) {}

    private final PacketSlab slab;
    private final int localAddress;
    private final int localPort;
    private final List<Sent> sent = new ArrayList<>();
    private long count;

    public RecordingPort(PacketSlab slab, int localAddress, int localPort) {
        this.slab = slab;
        this.localAddress = localAddress;
        this.localPort = localPort;
    }

    /** Takes what was sent since the last call. */
    public List<Sent> take() {
        List<Sent> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    @Override
    public void send(int slot, int offset, int lengthBytes, int address, int port) {
        count++;
        byte[] payload = new byte[lengthBytes];
        slab.memory().get(offset, payload);
        sent.add(new Sent(payload, address, port));
        slab.release(slot);
    }

    @Override
    public int localAddress() {
        return localAddress;
    }

    @Override
    public int localPort() {
        return localPort;
    }

    @Override
    public long sent() {
        return count;
    }

    @Override
    public long received() {
        return 0;
    }

    @Override
    public long receiveNoSlot() {
        return 0;
    }

    @Override
    public long receiveOversize() {
        return 0;
    }

    @Override
    public long receiverFailures() {
        return 0;
    }

    @Override
    public long sentBytes() {
        return 0;
    }

    @Override
    public long sendFailures() {
        return 0;
    }

    @Override
    public long receiveErrors() {
        return 0;
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public int receiveBufferBytes() {
        return 0;
    }

    @Override
    public int sendBufferBytes() {
        return 0;
    }
}
