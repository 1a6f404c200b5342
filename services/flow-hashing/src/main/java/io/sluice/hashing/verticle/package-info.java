// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The verticle that answers flow set-ups. */
@NullMarked
package io.sluice.hashing.verticle;

import org.jspecify.annotations.NullMarked;
