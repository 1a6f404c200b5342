// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Who of the probers probes what, and what follows from all they say: every node must come to the same. */
@NullMarked
package io.sluice.model.probing;

import org.jspecify.annotations.NullMarked;
