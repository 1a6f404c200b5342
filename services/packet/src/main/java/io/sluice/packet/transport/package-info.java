// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** TCP, UDP and ICMP headers in place. */
@NullMarked
package io.sluice.packet.transport;

import org.jspecify.annotations.NullMarked;
