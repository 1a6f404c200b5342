// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What would happen to a packet, found by the code that would decide. */
@NullMarked
package io.sluice.api.trace;

import org.jspecify.annotations.NullMarked;
