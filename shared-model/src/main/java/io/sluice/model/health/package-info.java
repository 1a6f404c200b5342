// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** States and reasons of targets. */
@NullMarked
package io.sluice.model.health;

import org.jspecify.annotations.NullMarked;
