// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun drop. */
@NullMarked
package io.sluice.cli.command.drop;

import org.jspecify.annotations.NullMarked;
