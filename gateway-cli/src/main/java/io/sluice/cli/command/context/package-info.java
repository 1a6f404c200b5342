// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun context: gateways by names of one's own. */
@NullMarked
package io.sluice.cli.command.context;

import org.jspecify.annotations.NullMarked;
