// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The rules of the house as tests: who may know whom, and what a tidy tree looks like. */
@NullMarked
package io.sluice.architecture;

import org.jspecify.annotations.NullMarked;
