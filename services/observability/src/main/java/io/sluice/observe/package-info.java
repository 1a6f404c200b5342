// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Counters to metrics, rate-limited logs, readiness. */
@NullMarked
package io.sluice.observe;

import org.jspecify.annotations.NullMarked;
