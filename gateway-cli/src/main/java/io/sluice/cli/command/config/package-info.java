// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The noun config. */
@NullMarked
package io.sluice.cli.command.config;

import org.jspecify.annotations.NullMarked;
