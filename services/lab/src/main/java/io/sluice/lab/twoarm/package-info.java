// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** An appliance with two arms: takes traffic from the gateway and lets it out elsewhere. */
@NullMarked
package io.sluice.lab.twoarm;

import org.jspecify.annotations.NullMarked;
