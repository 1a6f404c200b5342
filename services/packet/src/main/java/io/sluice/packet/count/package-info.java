// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What became of packets, counted by one writer. */
@NullMarked
package io.sluice.packet.count;

import org.jspecify.annotations.NullMarked;
