// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The HTTP admin routes, and what they need to know of the cluster. */
@NullMarked
package io.sluice.api;

import org.jspecify.annotations.NullMarked;
