// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The verticle that owns the endpoint-facing sockets. */
@NullMarked
package io.sluice.ingress.verticle;

import org.jspecify.annotations.NullMarked;
