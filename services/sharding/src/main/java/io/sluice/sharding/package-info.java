// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Which event loop of a node owns a packet, and the rings by which packets get to their owner. */
@NullMarked
package io.sluice.sharding;

import org.jspecify.annotations.NullMarked;
