// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun target. */
@NullMarked
package io.sluice.cli.command.target;

import org.jspecify.annotations.NullMarked;
