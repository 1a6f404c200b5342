// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What all nouns of the configuration have in common: list, get, create, update, delete. */
@NullMarked
package io.sluice.cli.command.resource;

import org.jspecify.annotations.NullMarked;
