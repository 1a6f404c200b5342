// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** HTTP admin routes, one class for each resource. */
@NullMarked
package io.sluice.api.route;

import org.jspecify.annotations.NullMarked;
