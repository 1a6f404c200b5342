// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Thresholds and probe schedule. Pure. */
@NullMarked
package io.sluice.health.core;

import org.jspecify.annotations.NullMarked;
