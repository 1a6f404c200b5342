// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The pipelines a packet runs through. Pure. */
@NullMarked
package io.sluice.ingress.core;

import org.jspecify.annotations.NullMarked;
