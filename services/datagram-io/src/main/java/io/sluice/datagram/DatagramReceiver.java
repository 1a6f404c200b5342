// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/** Gets the datagrams of a {@link DatagramPort}, on the path's event loop. */
public interface DatagramReceiver {

    /**
     * One datagram.
     *
     * <p><b>Ownership</b>: the receiver owns the slot from now on: it releases it, sends it, or, for later, {@linkplain
     * PacketSlab#keep keeps} it. Where it throws before it did one of these, the path releases the slot, counts the call
     * ({@link DatagramPort#receiverFailures()}) and goes on with the next datagram. It may write into the
     * {@link #headroomBytes()} in front of the payload, and nowhere else outside of it.
     *
     * @param port the socket it came to
     * @param slot slot that holds the bytes
     * @param offset absolute offset of the UDP payload in {@link PacketSlab#memory()}
     * @param lengthBytes UDP payload length, possibly 0 but on {@link DatagramTransport#IO_URING}, which drops those
     * @param sourceAddress IPv4 address of the sender
     * @param sourcePort UDP port of the sender
     */
    void onDatagram(DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort);

    /**
     * How much longer a header becomes at most: bytes in front of the payload that the receiver, or whoever it gives the slot,
     * may write. A path that receives several together asks once, when the port is bound: so much of each one's end is copied
     * aside before the next one's header is written over it; with 0 nothing is. Whoever writes more damages a neighbour, even
     * though {@link DatagramPort#send} then refuses what was written. A datagram that was {@linkplain PacketSlab#keep kept} has
     * all the room that the slab has.
     *
     * @return 0 or more; more than the slab has ({@link PacketSlab#headroomBytes()}) means all of that
     */
    default int headroomBytes() {
        return Integer.MAX_VALUE;
    }

    /** The batch is over: nothing more is readable now. The path flushes after this returns. */
    void onBatchEnd();
}
