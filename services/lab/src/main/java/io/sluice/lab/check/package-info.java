// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/**
 * The judge: reads captures and decides whether flows were symmetric. Its parser is its own and shares no code with the
 * gateway, so that a mistake in the gateway cannot hide in the judge.
 */
@NullMarked
package io.sluice.lab.check;

import org.jspecify.annotations.NullMarked;
