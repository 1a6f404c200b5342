// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What identifies a flow, and what is remembered of it. */
@NullMarked
package io.sluice.model.flow;

import org.jspecify.annotations.NullMarked;
