// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Typed, versioned messages over the Vert.x event bus. */
@NullMarked
package io.sluice.bus;

import org.jspecify.annotations.NullMarked;
