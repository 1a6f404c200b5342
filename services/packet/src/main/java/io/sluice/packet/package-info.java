// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Bytes to meaning: no threads, no I/O, no allocation. */
@NullMarked
package io.sluice.packet;

import org.jspecify.annotations.NullMarked;
