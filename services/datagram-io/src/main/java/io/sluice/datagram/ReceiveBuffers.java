// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/**
 * What the kernel receives into, for all sockets of a path.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
sealed interface ReceiveBuffers permits LentSlots, AggregateBuffers {

    /** The buffers as the kernel knows them; registered by the path. */
    BufferLender lender();

    /** Bytes in front of a payload in each of them. */
    int payloadAt();

    /** Lends buffers where too few are with the kernel, and tells whether it has any now. */
    boolean replenish();

    /**
     * The kernel filled a buffer: hands on what is in it, or counts why not; or has it wait where what is in it could not be
     * sent on now, or where others wait already.
     */
    void filled(int buffer, PortReceiver receiver);

    /** Whether anything waits; nothing is lent meanwhile. */
    boolean waiting();

    /** Hands on what waits as far as there is room to send it, in the order in which it came. */
    void takeOn();

    /** A buffer came back with nothing that anybody wants. */
    void unwanted(int buffer);
}
