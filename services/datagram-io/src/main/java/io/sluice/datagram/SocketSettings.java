// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/** What every socket of every transport is told. */
final class SocketSettings {

    /** Asked for datagrams not read yet; {@code net.core.rmem_max} may grant less. */
    static final int RECEIVE_BUFFER_BYTES = 8 << 20;

    /** Asked for datagrams not sent yet, and the most that may wait for one socket before the kernel has them. */
    static final int SEND_BUFFER_BYTES = 4 << 20;

    /** Most payload of a UDP datagram in IPv4. The kernel takes one byte more where the MTU is 65,536, and loses it. */
    static final int UDP_BYTES_MAX = 65_507;

    /** Linux: DF clear, never a fragment made here, what was learnt of a path's MTU ignored (W-9, Q-5). */
    static final int PMTUDISC_INTERFACE = 4;

    private SocketSettings() {}
}
