// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Ranking and filters: which target gets a new flow. Pure. */
@NullMarked
package io.sluice.selection.core;

import org.jspecify.annotations.NullMarked;
