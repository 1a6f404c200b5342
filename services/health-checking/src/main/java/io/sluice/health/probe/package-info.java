// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** One class for each kind of probe. */
@NullMarked
package io.sluice.health.probe;

import org.jspecify.annotations.NullMarked;
