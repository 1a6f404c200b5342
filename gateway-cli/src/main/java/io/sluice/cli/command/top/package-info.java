// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The busiest of a gateway, every second. */
@NullMarked
package io.sluice.cli.command.top;

import org.jspecify.annotations.NullMarked;
