// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/**
 * One bound UDP socket of a {@link DatagramPath}.
 *
 * <p><b>Threading</b>: confined to the path's event loop. IPv4 addresses are ints in network order (10.0.0.1 =
 * 0x0A000001): the outer header is always IPv4 (W-1). <b>Counters</b> may be read from any thread and never go back.
 */
public interface DatagramPort {

    /** The bound IPv4 address. */
    int localAddress();

    /** The bound UDP port, 1-65535. */
    int localPort();

    /**
     * Queues one datagram; it leaves at the latest with the path's next {@link DatagramPath#flush()}.
     *
     * <p><b>Ownership</b>: consumes the slot; the path releases it once the kernel has the bytes or refused them.
     * <b>Errors</b>: never throws for a refusal by the kernel (full buffer, no route, larger than the path): the
     * datagram is dropped and counted in {@link #sendFailures()}. <b>Order</b> of the datagrams of one port to one
     * destination is kept; those to different destinations may overtake each other until the next flush.
     * <b>Limits</b>: half of the slab's slots may wait for the kernel; beyond that the same holds.
     *
     * @param slot slot that holds the bytes
     * @param offset absolute offset of the first byte in the slab, in the slot
     * @param lengthBytes UDP payload length, ends in the slot; 0 or more than 65,507 is refused like by the kernel
     * @param address destination IPv4 address
     * @param port destination UDP port, 0-65535
     * @throws IllegalArgumentException where the bytes are not in the slot or the port is no port: the slot stays the
     *     caller's
     */
    void send(int slot, int offset, int lengthBytes, int address, int port);

    /**
     * Lets the kernel pick, by a classic BPF program, the socket that a datagram goes to among those that share this port's
     * address ({@code SO_ATTACH_REUSEPORT_CBPF}). Once for all of them, when the last is bound.
     *
     * @param instructions of the program, each as 16 bits of code, 8 and 8 of jumps, 32 of constant; it returns the number
     *     of a socket in the order of binding, and its offsets start at the UDP payload
     * @return whether the kernel took it; where not, it spreads datagrams by a hash of its own
     */
    default boolean steer(long[] instructions) {
        return false;
    }

    /** Datagrams handed to the receiver. */
    long received();

    /** Datagrams that arrived while no slot was free, and were dropped. */
    long receiveNoSlot();

    /** Datagrams that were longer than a slot, and were dropped. */
    long receiveOversize();

    /** Calls of the receiver that threw: a programmer error, logged ever more rarely. */
    long receiverFailures();

    /** Errors the kernel reported to a read instead of a datagram; the socket goes on. */
    long receiveErrors();

    /** Datagrams the kernel took. */
    long sent();

    /** UDP payload bytes of those. */
    long sentBytes();

    /** Datagrams the kernel refused or that found too many waiting, and that were dropped. */
    long sendFailures();

    /** Times the socket gave up an offload of the kernel's because it failed, and went on without. */
    default long offloadFallbacks() {
        return 0;
    }

    /** Datagrams consumed by {@link #send} that neither left nor failed yet. */
    int inFlight();

    /** Bytes the kernel granted for datagrams not read yet, as it counts them: Linux counts twice what was asked. */
    int receiveBufferBytes();

    /** Bytes the kernel granted for datagrams not sent yet, as it counts them. */
    int sendBufferBytes();
}
