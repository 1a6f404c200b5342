// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Names of metrics and reasons of drops. */
@NullMarked
package io.sluice.model.metric;

import org.jspecify.annotations.NullMarked;
