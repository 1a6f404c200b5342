// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Where a packet would go. */
@NullMarked
package io.sluice.cli.command.trace;

import org.jspecify.annotations.NullMarked;
