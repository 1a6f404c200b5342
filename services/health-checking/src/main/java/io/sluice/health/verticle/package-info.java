// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The verticle that probes targets. */
@NullMarked
package io.sluice.health.verticle;

import org.jspecify.annotations.NullMarked;
