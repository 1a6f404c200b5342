// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Who decides about a flow, and what it remembers. */
@NullMarked
package io.sluice.hashing.authority;

import org.jspecify.annotations.NullMarked;
