// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun flow. */
@NullMarked
package io.sluice.cli.command.flow;

import org.jspecify.annotations.NullMarked;
