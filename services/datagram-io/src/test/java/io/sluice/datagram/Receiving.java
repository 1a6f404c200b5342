// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/** How the slab under test lets datagrams come. */
enum Receiving {
    /** Each into a slot. */
    ALONE(0),
    /** Together, as the kernel has them. */
    TOGETHER(64);

    final int aggregates;

    Receiving(int aggregates) {
        this.aggregates = aggregates;
    }
}
