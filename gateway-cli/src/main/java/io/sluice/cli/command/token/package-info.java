// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun token. */
@NullMarked
package io.sluice.cli.command.token;

import org.jspecify.annotations.NullMarked;
