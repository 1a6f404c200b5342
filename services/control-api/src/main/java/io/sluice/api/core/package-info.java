// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** How one configuration becomes the next: pure functions that are told the time. */
@NullMarked
package io.sluice.api.core;

import org.jspecify.annotations.NullMarked;
