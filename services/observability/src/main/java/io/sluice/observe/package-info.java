// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What a process shows of itself: counters as metrics, and readiness. */
@NullMarked
package io.sluice.observe;

import org.jspecify.annotations.NullMarked;
