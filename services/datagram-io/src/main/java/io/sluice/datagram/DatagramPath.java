// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The datagram sockets of one event loop, in batches and without an object per packet in the contract.
 *
 * <p>Receive: the path acquires a slot of its {@link PacketSlab}, fills it and hands it to the port's
 * {@link DatagramReceiver}; a batch ends with {@link DatagramReceiver#onBatchEnd()}. Send: {@link DatagramPort#send}
 * consumes a slot. The kernel computes the outer UDP checksum (W-6); outer packets are never fragmented.
 *
 * <p><b>Threading</b>: every method on the event loop it was opened with, unless said otherwise.
 */
public interface DatagramPath {

    /** What carries the packets, for people: the text of its {@link DatagramTransport}. */
    String transport();

    /** The packet memory of this loop. */
    PacketSlab slab();

    /**
     * Binds a socket.
     *
     * @param address local IPv4 address, 0 for all
     * @param port local UDP port, 0 for one the kernel chooses
     * @return completes on the event loop with the bound port, or exceptionally with the reason, address and port in
     *     the message
     */
    CompletionStage<DatagramPort> bind(int address, int port, DatagramReceiver receiver);

    /**
     * Binds a socket to an address that other paths of this process bind likewise ({@code SO_REUSEPORT}): the kernel gives
     * each datagram to one of them. Nothing keeps another process of the same user from joining.
     *
     * @see #bind
     */
    CompletionStage<DatagramPort> bindShared(int address, int port, DatagramReceiver receiver);

    /** Hands everything queued to the kernel. Called by the path itself at the end of each receive batch. */
    void flush();

    /** Every socket bound so far, with its counters; may be read from any thread. */
    List<DatagramPort> ports();

    /**
     * Datagrams consumed by {@link DatagramPort#send} that neither left nor failed yet, of all sockets bound; from any thread,
     * and about so many while there is traffic.
     */
    int inFlight();

    /** Closes every socket; completes when the kernel has let go of them and every slot of a queued send is back. */
    CompletionStage<Void> close();
}
