// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The verticle that owns the target-facing sockets. */
@NullMarked
package io.sluice.geneve.verticle;

import org.jspecify.annotations.NullMarked;
