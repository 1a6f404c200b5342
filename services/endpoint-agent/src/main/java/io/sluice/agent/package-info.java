// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** A TUN device to route into, tunnelled to the ingress address. */
@NullMarked
package io.sluice.agent;

import org.jspecify.annotations.NullMarked;
