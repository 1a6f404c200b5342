// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Talks HTTP to a gateway's admin port. */
@NullMarked
package io.sluice.cli.client;

import org.jspecify.annotations.NullMarked;
