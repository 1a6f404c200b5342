// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPort;

/** A socket that nothing is sent through. */
record FakePort(int localAddress, int localPort) implements DatagramPort {

    @Override
    public void send(int slot, int offset, int lengthBytes, int address, int port) {
        throw new AssertionError("nobody sends");
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
    public long receiveErrors() {
        return 0;
    }

    @Override
    public long sent() {
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
