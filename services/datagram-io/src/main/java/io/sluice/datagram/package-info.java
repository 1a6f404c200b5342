// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Batches of datagrams between the kernel and one event loop. */
@NullMarked
package io.sluice.datagram;

import org.jspecify.annotations.NullMarked;
