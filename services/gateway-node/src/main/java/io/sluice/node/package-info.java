// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** One gateway process: main, wiring, shutdown. */
@NullMarked
package io.sluice.node;

import org.jspecify.annotations.NullMarked;
