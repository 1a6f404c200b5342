// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** {@code ./sluice bench iperf}: TCP through agent, gateway and appliance beside the same hops routed by the kernel. */
@NullMarked
package io.sluice.lab.iperf;

import org.jspecify.annotations.NullMarked;
