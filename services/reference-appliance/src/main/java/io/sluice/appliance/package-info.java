// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** A correct appliance, misbehaving on request. */
@NullMarked
package io.sluice.appliance;

import org.jspecify.annotations.NullMarked;
