// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The command line: nouns and verbs over the admin routes. */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;
