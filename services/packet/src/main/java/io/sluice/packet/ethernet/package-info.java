// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Ethernet frames in place, and the answers to who has an address. */
@NullMarked
package io.sluice.packet.ethernet;

import org.jspecify.annotations.NullMarked;
