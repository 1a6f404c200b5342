// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What all nouns share. */
@NullMarked
package io.sluice.cli.command;

import org.jspecify.annotations.NullMarked;
