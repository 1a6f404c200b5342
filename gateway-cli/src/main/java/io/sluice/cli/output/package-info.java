// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What is printed, and how. */
@NullMarked
package io.sluice.cli.output;

import org.jspecify.annotations.NullMarked;
