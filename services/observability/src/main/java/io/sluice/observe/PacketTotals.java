// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;

/**
 * Packet counts of a whole node, readable from any thread.
 *
 * <p>When nothing moves: packets in + generated = packets out + drops + held.
 */
public interface PacketTotals {

    /** Packets at a place since start. */
    long packets(PacketPlace place);

    /** UDP payload bytes at a place since start. */
    long bytes(PacketPlace place);

    /** Packets dropped for a reason since start. */
    long drops(DropReason reason);

    /** Packets in the node now: waiting for their flow's set-up, or handed to the kernel and not taken yet. */
    long held();
}
