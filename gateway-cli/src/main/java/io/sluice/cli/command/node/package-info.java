// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun node. */
@NullMarked
package io.sluice.cli.command.node;

import org.jspecify.annotations.NullMarked;
